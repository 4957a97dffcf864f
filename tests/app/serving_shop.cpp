#include "serving_shop.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

ServingShop::ServingShop(const std::filesystem::path& data, const std::vector<std::string>& more) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::vector<std::string> words{"shop", "--data", data.string(), "--set", "http.port=0", "--log-level", "error"};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execv(SHOP_EXECUTABLE, arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  out_ = ::fdopen(ends[0], "r");
  char line[1000];
  while (greeting_.find("/describe") == std::string::npos && std::fgets(line, sizeof line, out_) != nullptr) {
    greeting_ += line;
  }
  const std::string before_port = "http://127.0.0.1:";
  const std::size_t at = greeting_.find(before_port);
  if (at == std::string::npos) {
    kill();
    std::fclose(out_);
    throw std::runtime_error("the shop does not serve");
  }
  port_ = static_cast<std::uint16_t>(std::stoi(greeting_.substr(at + before_port.size())));
}

ServingShop::~ServingShop() {
  stop();
  std::fclose(out_);
}

int ServingShop::stop() { return end(SIGTERM); }

void ServingShop::kill() { end(SIGKILL); }

int ServingShop::end(int signal) {
  if (process_ == 0) return 0;
  ::kill(process_, signal);
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
