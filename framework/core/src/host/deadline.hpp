#pragma once

#include <ashlar/clock.hpp>
#include <chrono>

namespace ashlar::detail {

// `by` after `from`; the end of time where that is further away.
inline Clock::Steady later(Clock::Steady from, std::chrono::milliseconds by) {
  const auto left = std::chrono::floor<std::chrono::milliseconds>(Clock::Steady::max() - from);
  return by >= left ? Clock::Steady::max() : from + by;
}

inline Clock::Steady deadline_in(Clock& clock, std::chrono::milliseconds by) { return later(clock.steady_now(), by); }

}  // namespace ashlar::detail
