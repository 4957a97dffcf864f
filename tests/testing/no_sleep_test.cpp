#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

TEST_CASE("G5: no test sleeps to synchronize") {
  const std::vector<std::string> sleeps = {"sleep_for(", "sleep_until(", "usleep(", "nanosleep("};
  // Where a test looks at another program, which tells nobody when something has changed, there is a pause between two looks.
  const std::filesystem::path looks = "patience.hpp";
  const std::filesystem::path self = "no_sleep_test.cpp";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(ASHLAR_SOURCE_DIR "/tests")) {
    const std::filesystem::path& path = entry.path();
    if ((path.extension() != ".cpp" && path.extension() != ".hpp") || path.filename() == self ||
        path.filename() == looks) {
      continue;
    }
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (const std::string& sleep : sleeps) {
      CAPTURE(path);
      CAPTURE(sleep);
      CHECK(text.find(sleep) == std::string::npos);
    }
  }
}
