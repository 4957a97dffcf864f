#pragma once

#include <ashlar/store/log_store.hpp>
#include <filesystem>
#include <map>
#include <mutex>

namespace ashlar::store {

// Who holds deliveries, and whether they still live. An owner holds a lock on the byte of its number in a file beside the
// store's; the kernel lets it go with the process, however that ends. Any thread.
class Owners {
 public:
  explicit Owners(std::filesystem::path file) : file_(std::move(file)) {}
  ~Owners();
  Owners(const Owners&) = delete;
  Owners& operator=(const Owners&) = delete;

  void begin(Owner owner);
  void end(Owner owner);
  bool lives(Owner owner) const;
  bool is_own(Owner owner) const;

 private:
  int open_file() const;

  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::map<Owner, int> own_;  // file descriptors
};

}  // namespace ashlar::store
