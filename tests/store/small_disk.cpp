#include "small_disk.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace {

void limit_files(rlim_t bytes) {
  struct rlimit limit {};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = std::min(bytes, limit.rlim_max);
  setrlimit(RLIMIT_FSIZE, &limit);
}

}  // namespace

SmallDisk::SmallDisk(std::int64_t megabytes) {
  const std::string options = "size=" + std::to_string(megabytes) + "m";
  const bool may_mount = std::getenv("ASHLAR_TEST_WITHOUT_MOUNT") == nullptr;
  mounted_ = may_mount && mount("tmpfs", path().c_str(), "tmpfs", 0, options.c_str()) == 0;
  // Who writes too much gets an error instead.
  if (!mounted_) signal(SIGXFSZ, SIG_IGN);
}

SmallDisk::~SmallDisk() {
  make_room();
  if (mounted_) umount2(path().c_str(), MNT_DETACH);
}

std::int64_t SmallDisk::free_bytes() const {
  struct statvfs disk {};
  statvfs(path().c_str(), &disk);
  return static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize);
}

void SmallDisk::fill_up_to(std::int64_t left) {
  if (!mounted_) {
    std::uintmax_t largest = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path()))
      largest = std::max(largest, entry.file_size());
    limit_files(largest + static_cast<rlim_t>(left));
    return;
  }
  const int file = open((path() / "of-somebody-else").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  while (free_bytes() > left && write(file, page.data(), page.size()) > 0) continue;
  close(file);
}

void SmallDisk::make_room() {
  if (!mounted_) return limit_files(RLIM_INFINITY);
  std::filesystem::remove(path() / "of-somebody-else");
}
