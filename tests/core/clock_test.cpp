#include <ashlar/clock.hpp>

#include <doctest/doctest.h>

#include <thread>

using ashlar::Clock;

TEST_CASE("the system clock tells the machine's time in UTC, and its steady time never goes back") {
  const Clock& clock = ashlar::system_clock();
  const auto before = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto now = clock.now();
  const auto after = std::chrono::system_clock::now();
  CHECK(before <= now);
  CHECK(now <= after);
  const auto first = clock.steady_now();
  CHECK(first <= clock.steady_now());
  CHECK(&ashlar::system_clock() == &clock);
}

TEST_CASE("waiting ends when the deadline has come, and says that it was not ready") {
  Clock& clock = ashlar::system_clock();
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock lock(mutex);
  const auto deadline = clock.steady_now() + std::chrono::milliseconds{5};
  CHECK_FALSE(clock.wait_until(lock, changed, deadline, [] { return false; }));
  CHECK(clock.steady_now() >= deadline);
  CHECK(lock.owns_lock());
}

TEST_CASE("waiting ends at once when it is ready, even past the deadline") {
  Clock& clock = ashlar::system_clock();
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock lock(mutex);
  CHECK(clock.wait_until(lock, changed, Clock::Steady::min(), [] { return true; }));
  CHECK(clock.wait_until(lock, changed, Clock::Steady::max(), [] { return true; }));
}

TEST_CASE("waiting without end is woken by the change, and the lock is held while ready() looks") {
  Clock& clock = ashlar::system_clock();
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::unique_lock lock(mutex);
  std::thread other([&] {
    const std::lock_guard guard(mutex);
    done = true;
    changed.notify_all();
  });
  CHECK(clock.wait_until(lock, changed, Clock::Steady::max(), [&] {
    CHECK(lock.owns_lock());
    return done;
  }));
  lock.unlock();
  other.join();
}
