#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/testing/expectation.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ashlar::testing {

// A clock that stands still until a test moves it. Who waits by it wakes when what it waits for is ready or when the
// test has moved the clock to its deadline. Any thread. Outlives its waiters.
class VirtualClock final : public Clock {
 public:
  // Noon on the first of January 2026, UTC.
  static constexpr Time default_start{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1} + std::chrono::hours{12}};

  explicit VirtualClock(Time start = default_start);

  Time now() const override;
  Steady steady_now() const override;
  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, Steady deadline,
                  const std::function<bool()>& ready) override;

  // Moves both times forward and wakes the waiters whose deadline has come. Not while holding a lock that a waiter waits
  // with.
  void advance(Steady::duration by);

  // Moves to the earliest deadline that anyone waits for; false where nobody waits for one.
  bool advance_to_next_deadline();

  // Sets the time of day alone, as an operator does; nobody wakes.
  void set_time_of_day(Time now);

  // Blocks until a thread waits by this clock that has just this long still to wait. In a CHECK, since it gives up after
  // `patience` of real time.
  Expectation wait_for_waiter(Steady::duration left,
                              std::chrono::milliseconds patience = std::chrono::seconds{10}) const;

  // The same for at least `count` threads, however long they wait. A running host is one of them: ask for the one you mean
  // with wait_for_waiter() there.
  Expectation wait_for_waiters(std::size_t count, std::chrono::milliseconds patience = std::chrono::seconds{10}) const;

  // How long each waiting thread has still to wait, soonest first; nothing for one that waits without a deadline.
  std::vector<std::optional<Steady::duration>> waiting() const;

  // The same for people.
  std::string waiting_text() const;

 private:
  struct Waiter;

  bool has_come(Steady deadline) const;
  void enter(Waiter& waiter);
  void leave(Waiter& waiter, std::unique_lock<std::mutex>& lock);
  void wake(const std::vector<Waiter*>& due);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::chrono::sys_time<Steady::duration> now_;
  Steady steady_now_;
  std::vector<Waiter*> waiters_;
};

}  // namespace ashlar::testing
