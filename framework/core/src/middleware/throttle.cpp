#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/middleware/throttle.hpp>

#include <fmt/format.h>

namespace ashlar {

Throttle::Throttle(ThrottleOptions options) : options_(options) {
  if (options_.calls < 1 || options_.per.count() < 1 || options_.longest_wait.count() < 0) {
    throw Error("Throttle wants at least one call in a time of at least 1 ms, and a longest wait of 0 or more");
  }
}

bool Throttle::wraps(const HandlerInfo& handler) {
  std::lock_guard lock(mutex_);
  if (turns_.size() <= handler.number) turns_.resize(handler.number + 1, Clock::Steady::min());
  return true;
}

std::chrono::nanoseconds Throttle::take_turn(const HandlerCall& call) {
  const auto per = std::chrono::nanoseconds(options_.per);
  const auto interval = per / options_.calls;
  const Clock::Steady now = call.clock().steady_now();
  std::lock_guard lock(mutex_);
  Clock::Steady& turn = turns_[call.handler().number];
  const Clock::Steady next = std::max(turn, now) + interval;
  const auto wait = std::chrono::nanoseconds(next - now) - per;
  if (wait > options_.longest_wait) {
    throw Error(
        fmt::format("handler '{}/{}' may be called {} times in {} ms, and its next turn is in {} ms (at most {} are "
                    "waited for)",
                    call.handler().module, call.handler().name, options_.calls, options_.per.count(),
                    wait.count() / 1'000'000, options_.longest_wait.count()));
  }
  turn = next;
  return wait;
}

void Throttle::around(const HandlerCall& call, const Next& next) {
  if (const auto wait = take_turn(call); wait.count() > 0) call.pause(wait);
  next();
}

}  // namespace ashlar
