#pragma once

#include <ashlar/stored.hpp>
#include <condition_variable>
#include <exception>
#include <mutex>

namespace ashlar::detail {

// What the copies of one PendingStored share.
class PendingState {
 public:
  void fulfil(const Stored& stored, std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    stored_ = stored;
    error_ = std::move(error);
    ready_ = true;
    changed_.notify_all();
  }

  bool is_ready() const {
    const std::lock_guard lock(mutex_);
    return ready_;
  }

  void wait() const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_; });
  }

  Stored get() const {
    wait();
    if (error_) std::rethrow_exception(error_);
    return stored_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool ready_ = false;
  Stored stored_;  // this and the next: unchanged once ready
  std::exception_ptr error_;
};

}  // namespace ashlar::detail
