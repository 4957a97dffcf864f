// Scripts of other languages: each reads how many events it has to publish, a line for each turn, and answers with its seconds
// and those of its processor.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <variant>

#include "bridge_bench.hpp"

namespace bench {

namespace {

// The message that they publish over and over, as JSON.
Folder write_sample(const Bench& bench) {
  const ashlar::bridge::Message message = order_message(0);
  nlohmann::json headers;
  for (const auto& [name, value] : message.headers) {
    if (const auto* text = std::get_if<std::string>(&value)) headers[name] = *text;
  }
  const Folder file = bench.folder / "message.json";
  std::ofstream(file) << nlohmann::json{{"routing_key", message.routing_key},
                                        {"body", message.body},
                                        {"message_id", message.message_id},
                                        {"type", message.type},
                                        {"content_type", message.content_type},
                                        {"content_encoding", message.content_encoding},
                                        {"correlation_id", message.correlation_id},
                                        {"app_id", message.app_id},
                                        {"timestamp", message.timestamp_s.value_or(0)},
                                        {"headers", headers}};
  return file;
}

class Script {
 public:
  explicit Script(std::vector<std::string> command) {
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw std::runtime_error("no socket");
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(ends[1], 0);
      ::dup2(ends[1], 1);
      ::execvp(words[0], words.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ::fdopen(::dup(ends[0]), "w");
    in_ = ::fdopen(ends[0], "r");
    name_ = command[1];
  }
  ~Script() {
    std::fclose(out_);
    std::fclose(in_);
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  Measured publish(std::int64_t events) {
    std::fprintf(out_, "%lld\n", static_cast<long long>(events));
    std::fflush(out_);
    Measured measured{.events = events};
    if (std::fscanf(in_, "%lf %lf", &measured.seconds, &measured.cpu_seconds) != 2) {
      throw std::runtime_error(name_ + " has failed");
    }
    return measured;
  }

 private:
  pid_t process_ = -1;
  std::FILE* out_ = nullptr;
  std::FILE* in_ = nullptr;
  std::string name_;
};

}  // namespace

Contender script_publishing(const Bench& bench, std::string figure, std::vector<std::string> command,
                            std::int64_t events, int window) {
  for (const std::string& word : {std::to_string(bench.server.port()), bench.vhost, std::string(exchange),
                                  std::to_string(window), write_sample(bench).string()}) {
    command.push_back(word);
  }
  return {.figure = std::move(figure),
          .work = [script = std::make_shared<Script>(std::move(command)), events] { return script->publish(events); }};
}

}  // namespace bench
