#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace ashlar::store {

// Held by whoever makes or clears away tables of a projection that do not serve; by one at a time of all processes that use the
// store's file. The kernel lets it go with the process.
class RebuildLock {
 public:
  // Null where somebody else holds it.
  static std::unique_ptr<RebuildLock> try_take(const std::filesystem::path& store_file, std::string_view projection);

  // As long as it may take to clear away.
  static std::unique_ptr<RebuildLock> take(const std::filesystem::path& store_file, std::string_view projection);

  ~RebuildLock();
  RebuildLock(const RebuildLock&) = delete;
  RebuildLock& operator=(const RebuildLock&) = delete;

 private:
  explicit RebuildLock(int descriptor) : descriptor_(descriptor) {}

  const int descriptor_;
};

}  // namespace ashlar::store
