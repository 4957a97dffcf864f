#pragma once

#include <ashlar/middleware.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace ashlar {

struct ThrottleOptions {
  int calls = 100;  // of each handler, and as many at once after a pause
  std::chrono::milliseconds per{1'000};
  std::chrono::milliseconds longest_wait{1'000};
};

// Lets each handler be called so often and no oftener. A call too many waits for its turn, on the publishing thread; one
// that would have to wait longer than `longest_wait` fails instead. While the host is about to stop nobody waits. Usually
// around a few handlers: only_for({"notifications/mail"}, std::make_shared<Throttle>(…)).
//
// The generic cell rate algorithm (ITU-T I.371): one point in time for each handler, whatever the number of calls.
class Throttle final : public Middleware {
 public:
  // Throws Error for options that make no sense.
  explicit Throttle(ThrottleOptions options = {});

  bool wraps(const HandlerInfo& handler) override;
  void around(const HandlerCall& call, const Next& next) override;

 private:
  // Takes a turn, and says how long it is until then. Throws Error where that is too long.
  std::chrono::nanoseconds take_turn(const HandlerCall& call);

  ThrottleOptions options_;
  std::mutex mutex_;
  std::vector<Clock::Steady> turns_;  // by HandlerInfo::number: when the bucket of a handler is full again
};

}  // namespace ashlar
