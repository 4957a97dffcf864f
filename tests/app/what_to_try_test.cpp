#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "serving_shop.hpp"
#include "shop_process.hpp"

namespace {

// Runs the indented lines of `text` as they stand, one after the other; `pipefail` and curl's --fail find every error. What
// follows from the log is asked for again until it knows of the tea.
std::string run_indented_lines(const std::string& text, const std::string& script, int& exit_code) {
  {
    std::istringstream lines(text);
    std::ofstream file(script);
    file << R"(set -euo pipefail
curl() {
  local said
  said=$(command curl --fail --silent --show-error --max-time 20 "$@")
  if [[ $1 == */@(analytics|search)* && $said != *tea* ]]; then curl "$@"; else echo "$said"; fi
}
)";
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
  ServingShop shop(folder.data());
  const std::string hints = shop.greeting();
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
