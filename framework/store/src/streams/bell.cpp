#include "bell.hpp"

#include <ashlar/errors.hpp>
#include <utility>

namespace ashlar::store {

Bell::Bell(std::size_t sleepers) : count_(sleepers) {
  static constexpr std::size_t most_spare = 16;
  for (std::size_t i = 0; i < sleepers + most_spare; ++i) sleepers_.push_back(std::make_unique<Sleeper>());
  for (std::size_t i = sleepers_.size(); i > sleepers; --i) spare_.push_back(i - 1);
}

std::size_t Bell::add() {
  const std::lock_guard lock(spare_mutex_);
  if (spare_.empty()) throw Error("no more stream consumers can be added while the host runs: end some of them first");
  const std::size_t number = spare_.back();
  spare_.pop_back();
  if (number >= count_.load()) count_.store(number + 1);
  return number;
}

void Bell::remove(std::size_t number) {
  const std::lock_guard lock(spare_mutex_);
  spare_.push_back(number);
}

void Bell::ring() {
  for (std::size_t number = 0; number < count_.load(); ++number) sleepers_[number]->rung.fetch_add(1);
  wake_from(0);
}

void Bell::ring(std::span<const std::size_t> numbers) {
  if (numbers.empty()) return;
  for (const std::size_t number : numbers) sleepers_[number]->rung.fetch_add(1);
  wake_from(0);
}

// Who is awake looks at rung() before it lies down; its part of the tree is woken for it, as is that of those who sleep on
// because it did not ring for them.
void Bell::wake_from(std::size_t number) {
  if (number >= count_.load()) return;
  Sleeper& sleeper = *sleepers_[number];
  if (sleeper.asleep.load() && sleeper.rung.load() != sleeper.heard.load()) {
    const std::lock_guard lock(sleeper.mutex);
    if (sleeper.asleep.load()) {
      sleeper.called = true;
      sleeper.changed.notify_all();
      return;
    }
  }
  wake_from(2 * number + 1);
  wake_from(2 * number + 2);
}

// Also when something else woke it: whoever rang may have left the rest of the tree to it.
void Bell::get_up(std::size_t number, std::uint64_t rung_before) {
  Sleeper& sleeper = *sleepers_[number];
  sleeper.asleep.store(false);
  const bool called = std::exchange(sleeper.called, false);
  if (!called && sleeper.rung.load() == rung_before) return;
  wake_from(2 * number + 1);
  wake_from(2 * number + 2);
}

void Bell::nothing_to_do() {
  if (watchers_.load() == 0) return;
  { const std::lock_guard lock(mutex_); }
  rested_.notify_all();
}

bool Bell::wait_for_rest(Clock& clock, Clock::Steady deadline, const std::function<bool()>& at_rest) {
  watchers_.fetch_add(1);
  std::unique_lock lock(mutex_);
  const bool rested = clock.wait_until(lock, rested_, deadline, at_rest);
  watchers_.fetch_sub(1);
  return rested;
}

}  // namespace ashlar::store
