#pragma once

#include <ashlar/testing/temporary_directory.hpp>
#include <cstdint>
#include <filesystem>

// A disk of its own, in memory, of some megabytes. Where this process may not mount one, a folder whose files can be kept from
// growing, which is the same to who writes.
class SmallDisk {
 public:
  explicit SmallDisk(std::int64_t megabytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const std::filesystem::path& path() const { return folder_.path(); }
  bool is_mounted() const { return mounted_; }
  std::int64_t free_bytes() const;

  // Somebody else's file takes all but so much; make_room() removes it.
  void fill_up_to(std::int64_t left);
  void make_room();

 private:
  ashlar::testing::TemporaryDirectory folder_;
  bool mounted_ = false;
};
