#pragma once

#include <filesystem>

namespace ashlar::testing {

// A new, empty directory that nobody else has; removed with all that is in it when this is destroyed.
class TemporaryDirectory {
 public:
  // Throws ashlar::Error where the system's folder for temporary files takes none.
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace ashlar::testing
