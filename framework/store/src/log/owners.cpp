#include "log/owners.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <ashlar/errors.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ashlar::store {
namespace {

// Locks of an open file description: those of two stores in one process differ, as those of two processes do.
struct flock byte_of(Owner owner) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = owner;
  lock.l_len = 1;
  return lock;
}

}  // namespace

Owners::~Owners() {
  for (const auto& [owner, descriptor] : own_) close(descriptor);
}

int Owners::open_file() const {
  const int descriptor = open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw Error("cannot open " + file_.string() + ": " + std::strerror(errno));
  return descriptor;
}

void Owners::begin(Owner owner) {
  const int descriptor = open_file();
  struct flock lock = byte_of(owner);
  if (fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
    const int problem = errno;
    close(descriptor);
    throw Error("cannot lock " + file_.string() + ": " + std::strerror(problem));
  }
  std::lock_guard guard(mutex_);
  own_.emplace(owner, descriptor);
}

void Owners::end(Owner owner) {
  std::lock_guard guard(mutex_);
  const auto found = own_.find(owner);
  if (found == own_.end()) return;
  close(found->second);
  own_.erase(found);
}

bool Owners::is_own(Owner owner) const {
  std::lock_guard guard(mutex_);
  return own_.contains(owner);
}

bool Owners::lives(Owner owner) const {
  std::lock_guard guard(mutex_);
  if (own_.contains(owner)) return true;
  const int descriptor = open_file();
  struct flock lock = byte_of(owner);
  const bool locked = fcntl(descriptor, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
  close(descriptor);
  return locked;
}

}  // namespace ashlar::store
