#include <ashlar/testing/temporary_directory.hpp>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

using ashlar::testing::TemporaryDirectory;

TEST_CASE("G5: a temporary directory is new, and removed with all that is in it") {
  std::filesystem::path path;
  {
    const TemporaryDirectory directory;
    const TemporaryDirectory other;
    path = directory.path();
    CHECK(path != other.path());
    CHECK(std::filesystem::is_empty(path));
    std::filesystem::create_directories(path / "deep" / "down");
    std::ofstream(path / "deep" / "down" / "file") << "text";
    std::filesystem::permissions(path / "deep" / "down", std::filesystem::perms::owner_read);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("G5: what a link in a temporary directory points to stays") {
  const TemporaryDirectory kept;
  std::ofstream(kept.path() / "file") << "text";
  {
    const TemporaryDirectory directory;
    std::filesystem::create_directory_symlink(kept.path(), directory.path() / "link");
  }
  CHECK(std::filesystem::exists(kept.path() / "file"));
}
