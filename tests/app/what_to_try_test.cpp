#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "shop_process.hpp"

namespace {

// The shop serving on a free port until this is destroyed.
class ServingShop {
 public:
  explicit ServingShop(const std::string& data) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl(SHOP_EXECUTABLE, "shop", "--data", data.c_str(), "--set", "http.port=0", "--log-level", "warning",
              nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
  }
  ~ServingShop() {
    if (process_ > 0) stop();
    std::fclose(out_);
  }
  ServingShop(const ServingShop&) = delete;
  ServingShop& operator=(const ServingShop&) = delete;

  // What it printed, up to and with the line that holds `last`.
  std::string printed_until(const std::string& last) {
    std::string text;
    char line[1000];
    while (text.find(last) == std::string::npos && std::fgets(line, sizeof line, out_) != nullptr) text += line;
    return text;
  }

  // Its exit code.
  int stop() {
    ::kill(process_, SIGTERM);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = 0;
  std::FILE* out_ = nullptr;
};

// Runs the indented lines of `text` as they stand, one after the other; `pipefail` and curl's --fail find every error.
std::string run_indented_lines(const std::string& text, const std::string& script, int& exit_code) {
  {
    std::istringstream lines(text);
    std::ofstream file(script);
    file << "set -euo pipefail\ncurl() { command curl --fail --silent --show-error --max-time 20 \"$@\"; echo; }\n";
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("  ")) file << line << "\n";
    }
  }
  std::FILE* out = ::popen(("bash " + script + " 2>&1").c_str(), "r");
  REQUIRE(out != nullptr);
  std::string all;
  char part[1000];
  while (std::fgets(part, sizeof part, out) != nullptr) all += part;
  const int status = ::pclose(out);
  exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return all;
}

}  // namespace

TEST_CASE("what the shop says to try works, line by line, and stopping it is clean") {
  const ShopProcess folder;
  std::filesystem::create_directories(folder.data());
  ServingShop shop(folder.data().string());
  const std::string hints = shop.printed_until("/describe");
  REQUIRE(hints.starts_with("shop serves http://127.0.0.1:"));

  int exit_code = 0;
  const std::string said = run_indented_lines(hints, (folder.data() / "try.sh").string(), exit_code);
  CAPTURE(said);
  CHECK(exit_code == 0);
  for (const char* part : {R"("name":"Green tea")", R"("on_hand":10)", R"("status":"placed")", R"({"tea":"13.5000"})",
                           R"("application": "shop")"}) {
    CAPTURE(part);
    CHECK(said.find(part) != std::string::npos);
  }
  CHECK(shop.stop() == 0);
  CHECK(folder.mails() > 0);
}
