#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace ashlar {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// Where the framework and its modules read the time and wait for it; the testing kit's VirtualClock stands still until
// a test moves it. Any thread. Outlives every host that uses it.
class Clock {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;

  // The time of day, UTC. May jump when the machine's clock is set.
  virtual Time now() const = 0;

  // Never jumps; for durations and deadlines.
  virtual Steady steady_now() const = 0;

  // Waits on `changed` until `ready()` is true or `deadline` has come; true when ready. `lock` is held at call and
  // return and while ready() runs.
  virtual bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, Steady deadline,
                          const std::function<bool()>& ready) = 0;
};

// The machine's clocks. Lives as long as the process.
Clock& system_clock();

}  // namespace ashlar
