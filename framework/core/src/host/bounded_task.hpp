#pragma once

#include <ashlar/clock.hpp>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace ashlar::detail {

// A piece of foreign work on a thread of its own, so that whoever waits for it can give up at a deadline. It cannot be
// broken off: destroying the task waits for its end.
class BoundedTask {
 public:
  explicit BoundedTask(std::function<void()> work)
      : thread_([this, work = std::move(work)] {
          std::exception_ptr error;
          try {
            work();
          } catch (...) {
            error = std::current_exception();
          }
          std::lock_guard lock(mutex_);
          error_ = error;
          done_ = true;
          changed_.notify_all();
        }) {}
  ~BoundedTask() { thread_.join(); }
  BoundedTask(const BoundedTask&) = delete;
  BoundedTask& operator=(const BoundedTask&) = delete;

  // True when the work has ended by `deadline`. Any thread.
  bool wait(Clock& clock, Clock::Steady deadline) {
    std::unique_lock lock(mutex_);
    return clock.wait_until(lock, changed_, deadline, [this] { return done_; });
  }

  bool done() {
    std::lock_guard lock(mutex_);
    return done_;
  }

  // Throws what the work threw; after it has ended.
  void rethrow() {
    std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::exception_ptr error_;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace ashlar::detail
