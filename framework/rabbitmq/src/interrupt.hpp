#pragma once

#include <atomic>
#include <chrono>

namespace ashlar::rabbitmq {

using Steady = std::chrono::steady_clock;

// Wakes a link's thread out of poll(), and tells what waits for the broker that the link is to end.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Any thread.
  void wake();
  void stop();
  bool stopping() const { return stopping_.load(); }

  // The link's thread. Waits until `events` of `fd` (none where it is negative), a wake-up or `deadline`. True: `fd` is
  // ready.
  bool wait(int fd, short events, Steady::time_point deadline);

 private:
  int fd_;
  std::atomic<bool> stopping_{false};
};

}  // namespace ashlar::rabbitmq
