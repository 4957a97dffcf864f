#include <ashlar/clock.hpp>

namespace ashlar {
namespace {

class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

  Steady steady_now() const override { return std::chrono::steady_clock::now(); }

  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, Steady deadline,
                  const std::function<bool()>& ready) override {
    return changed.wait_until(lock, deadline, ready);
  }
};

}  // namespace

Clock& system_clock() {
  // Never destroyed: threads may still read it while the process ends.
  static Clock& clock = *new SystemClock;
  return clock;
}

}  // namespace ashlar
