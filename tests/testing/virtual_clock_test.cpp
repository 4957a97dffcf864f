#include <ashlar/testing/virtual_clock.hpp>
#include <atomic>
#include <condition_variable>
#include <doctest/doctest.h>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

using ashlar::testing::VirtualClock;
using namespace std::chrono_literals;

namespace {

// Waits on a thread of its own, and is over when join() returns.
struct Waiting {
  Waiting(VirtualClock& clock, ashlar::Clock::Steady deadline)
      : thread([this, &clock, deadline] {
          std::unique_lock lock(mutex);
          became_ready = clock.wait_until(lock, changed, deadline, [this] { return ready; });
          over = true;
        }) {}

  void make_ready() {
    {
      const std::lock_guard lock(mutex);
      ready = true;
    }
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  std::atomic<bool> over = false;
  bool became_ready = false;
  std::thread thread;
};

}  // namespace

TEST_CASE("G4: the virtual clock stands still until it is advanced") {
  VirtualClock clock;
  const auto now = clock.now();
  const auto steady = clock.steady_now();
  CHECK(now == VirtualClock::default_start);
  CHECK(clock.now() == now);
  clock.advance(90s);
  CHECK(clock.now() - now == 90s);
  CHECK(clock.steady_now() - steady == 90s);
  clock.advance(500us);
  clock.advance(500us);
  CHECK(clock.now() - now == 90'001ms);
}

TEST_CASE("G4: the time of day can jump without the steady time") {
  VirtualClock clock;
  const auto steady = clock.steady_now();
  clock.set_time_of_day(clock.now() - 1h);
  CHECK(clock.now() == VirtualClock::default_start - 1h);
  CHECK(clock.steady_now() == steady);
}

TEST_CASE("G4: advance wakes exactly those whose deadline has come") {
  VirtualClock clock;
  Waiting soon(clock, clock.steady_now() + 1s);
  Waiting late(clock, clock.steady_now() + 1h);
  REQUIRE(clock.wait_for_waiters(2));
  CHECK(clock.waiting().size() == 2);
  CHECK(clock.waiting().front() == std::optional<ashlar::Clock::Steady::duration>(1s));

  clock.advance(1s);
  soon.thread.join();
  CHECK_FALSE(soon.became_ready);
  CHECK_FALSE(late.over);
  CHECK(clock.waiting().size() == 1);

  CHECK(clock.advance_to_next_deadline());
  late.thread.join();
  CHECK_FALSE(late.became_ready);
  CHECK_FALSE(clock.advance_to_next_deadline());
}

TEST_CASE("G4: who becomes ready does not wait for the clock") {
  VirtualClock clock;
  Waiting forever(clock, ashlar::Clock::Steady::max());
  REQUIRE(clock.wait_for_waiters(1));
  CHECK(clock.waiting().front() == std::nullopt);
  forever.make_ready();
  forever.thread.join();
  CHECK(forever.became_ready);
}

TEST_CASE("G4: a deadline that has come already is not waited for") {
  VirtualClock clock;
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock lock(mutex);
  CHECK_FALSE(clock.wait_until(lock, changed, clock.steady_now(), [] { return false; }));
  CHECK(clock.wait_until(lock, changed, clock.steady_now(), [] { return true; }));
  CHECK(lock.owns_lock());
}

TEST_CASE("G4: a waiter is waited for by how long it has to wait") {
  VirtualClock clock;
  Waiting soon(clock, clock.steady_now() + 1s);
  Waiting late(clock, clock.steady_now() + 1h);
  CHECK(clock.wait_for_waiter(1h));
  CHECK(clock.wait_for_waiter(1s));
  CHECK(clock.wait_for_waiter(2s, 0ms).text() ==
        "nobody waits just that long; waiting for the virtual clock, which only the test moves: for 1s more, for 1h "
        "more");
  clock.advance(1h);
  soon.thread.join();
  late.thread.join();
}

TEST_CASE("G4: the wait for waiters gives up and says how many there are") {
  VirtualClock clock;
  const auto nobody = clock.wait_for_waiters(1, 0ms);
  CHECK_FALSE(nobody);
  CHECK(nobody.text() == "0 of 1 threads wait by the clock");
}

TEST_CASE("G4: waiters that come and go while the clock moves are never lost") {
  VirtualClock clock;
  std::atomic<int> left = 4;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        std::mutex mutex;
        std::condition_variable changed;
        std::unique_lock lock(mutex);
        clock.wait_until(lock, changed, clock.steady_now() + 1ms, [] { return false; });
      }
      --left;
    });
  }
  while (left > 0) {
    clock.advance(1ms);
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(clock.waiting().empty());
}
