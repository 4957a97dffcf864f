#include "rebuild_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <ashlar/errors.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>

#include "log/format.hpp"

namespace ashlar::store {
namespace {

// In the upper half of the bytes that can be locked; owners' numbers, which count up from 1, stay in the lower one.
off_t byte_of(std::string_view projection) {
  // FNV-1a: the same in every build.
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : projection) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  constexpr std::uint64_t upper_half = std::uint64_t{1} << 62;
  return static_cast<off_t>(upper_half | (hash % (upper_half - 1)));
}

}  // namespace

std::unique_ptr<RebuildLock> RebuildLock::try_take(const std::filesystem::path& store_file,
                                                   std::string_view projection) {
  std::filesystem::path file = store_file;
  file += owners_file_suffix;
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw Error("cannot open " + file.string() + ": " + std::strerror(errno));
  std::unique_ptr<RebuildLock> lock(new RebuildLock(descriptor));
  struct flock byte {};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = byte_of(projection);
  byte.l_len = 1;
  if (fcntl(descriptor, F_OFD_SETLK, &byte) == 0) return lock;
  if (errno == EAGAIN || errno == EACCES) return nullptr;
  throw Error("cannot lock " + file.string() + ": " + std::strerror(errno));
}

std::unique_ptr<RebuildLock> RebuildLock::take(const std::filesystem::path& store_file, std::string_view projection) {
  constexpr std::chrono::seconds longest{2};
  constexpr std::chrono::milliseconds pause{5};
  const auto end = std::chrono::steady_clock::now() + longest;
  for (;;) {
    // Between processes there is nothing to be woken by.
    auto lock = try_take(store_file, projection);
    if (lock != nullptr || std::chrono::steady_clock::now() > end) return lock;
    std::this_thread::sleep_for(pause);
  }
}

RebuildLock::~RebuildLock() { close(descriptor_); }

}  // namespace ashlar::store
