#pragma once

#include <ashlar/clock.hpp>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace ashlar::store {

// Where one thread of the streams waits.
struct Sleeper {
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> asleep{false};  // changes with the mutex held
  bool called = false;              // to wake others, guarded by the mutex
  std::atomic<std::uint64_t> rung{1};
  std::atomic<std::uint64_t> heard{0};  // of `rung`, when it fell asleep
};

// Tells waiting threads that the store has changed for them. Whoever rings pays for one wake-up at most: a thread that was woken
// wakes two more, so the sleepers are a tree. Any thread.
class Bell {
 public:
  explicit Bell(std::size_t sleepers);

  // A place for one more, while it is in use; throws Error where all are taken.
  std::size_t add();
  void remove(std::size_t number);

  Sleeper& sleeper(std::size_t number) { return *sleepers_[number]; }

  // How often it has rung for a sleeper.
  std::uint64_t rung(std::size_t number) const { return sleepers_[number]->rung.load(); }

  // For all, or for those alone.
  void ring();
  void ring(std::span<const std::size_t> numbers);

  // Around a wait of sleeper `number`, whose mutex is held. The wait ends when it is called, and when rung() differs from
  // what it was before the sleeper last looked; get_up() then wakes its part of the tree.
  void lie_down(std::size_t number, std::uint64_t rung_before) {
    sleepers_[number]->heard.store(rung_before);
    sleepers_[number]->asleep.store(true);
  }
  void get_up(std::size_t number, std::uint64_t rung_before);

  // For who waits until the sleepers have nothing to do.
  void nothing_to_do();
  bool wait_for_rest(Clock& clock, Clock::Steady deadline, const std::function<bool()>& at_rest);

 private:
  void wake_from(std::size_t number);

  std::vector<std::unique_ptr<Sleeper>> sleepers_;  // does not change: those past count_ are spare
  std::mutex spare_mutex_;
  std::vector<std::size_t> spare_;  // guarded by spare_mutex_
  std::atomic<std::size_t> count_;
  std::atomic<int> watchers_{0};
  std::mutex mutex_;
  std::condition_variable rested_;
};

}  // namespace ashlar::store
