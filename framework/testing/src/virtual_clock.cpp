#include <algorithm>
#include <ashlar/testing/virtual_clock.hpp>
#include <ashlar/time_text.hpp>

namespace ashlar::testing {

// A thread inside wait_until(). Whoever wakes it touches what belongs to it, so it may not leave while it is pinned.
struct VirtualClock::Waiter {
  std::mutex& mutex;
  std::condition_variable& changed;
  Steady deadline;
  int pinned = 0;
};

VirtualClock::VirtualClock(Time start) : now_(start), steady_now_(std::chrono::hours{1}) {}

Time VirtualClock::now() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::floor<Time::duration>(now_);
}

Clock::Steady VirtualClock::steady_now() const {
  const std::lock_guard lock(mutex_);
  return steady_now_;
}

// A lock order: first the waiter's mutex, then the clock's. wake() therefore holds one at a time.
bool VirtualClock::wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, Steady deadline,
                              const std::function<bool()>& ready) {
  for (;;) {
    if (ready()) return true;
    if (has_come(deadline)) return false;
    Waiter waiter{*lock.mutex(), changed, deadline};
    enter(waiter);
    // From here on a move of the clock takes the mutex of `lock`, so it comes before the check or during the wait.
    while (!has_come(deadline) && !ready()) changed.wait(lock);
    leave(waiter, lock);
  }
}

bool VirtualClock::has_come(Steady deadline) const {
  const std::lock_guard lock(mutex_);
  return steady_now_ >= deadline;
}

void VirtualClock::enter(Waiter& waiter) {
  {
    const std::lock_guard lock(mutex_);
    waiters_.push_back(&waiter);
  }
  changed_.notify_all();
}

void VirtualClock::leave(Waiter& waiter, std::unique_lock<std::mutex>& lock) {
  {
    const std::lock_guard own(mutex_);
    std::erase(waiters_, &waiter);
    if (waiter.pinned == 0) return;
  }
  // The one who wakes it may be waiting for this very mutex.
  lock.unlock();
  {
    std::unique_lock own(mutex_);
    changed_.wait(own, [&] { return waiter.pinned == 0; });
  }
  lock.lock();
}

void VirtualClock::advance(Steady::duration by) {
  std::vector<Waiter*> due;
  {
    const std::lock_guard lock(mutex_);
    steady_now_ += by;
    now_ += by;
    for (Waiter* waiter : waiters_) {
      if (waiter->deadline > steady_now_) continue;
      ++waiter->pinned;
      due.push_back(waiter);
    }
  }
  changed_.notify_all();
  wake(due);
}

void VirtualClock::wake(const std::vector<Waiter*>& due) {
  for (Waiter* waiter : due) {
    { const std::lock_guard lock(waiter->mutex); }
    waiter->changed.notify_all();
    {
      const std::lock_guard lock(mutex_);
      --waiter->pinned;
    }
    changed_.notify_all();
  }
}

bool VirtualClock::advance_to_next_deadline() {
  Steady::duration by;
  {
    const std::lock_guard lock(mutex_);
    const auto next = std::min_element(waiters_.begin(), waiters_.end(),
                                       [](const Waiter* a, const Waiter* b) { return a->deadline < b->deadline; });
    if (next == waiters_.end() || (*next)->deadline == Steady::max()) return false;
    by = std::max((*next)->deadline - steady_now_, Steady::duration::zero());
  }
  advance(by);
  return true;
}

void VirtualClock::set_time_of_day(Time now) {
  const std::lock_guard lock(mutex_);
  now_ = now;
}

Expectation VirtualClock::wait_for_waiter(Steady::duration left, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  const bool there = changed_.wait_for(lock, patience, [&] {
    return std::any_of(waiters_.begin(), waiters_.end(),
                       [&](const Waiter* waiter) { return waiter->deadline == steady_now_ + left; });
  });
  lock.unlock();
  return there ? Expectation::met(waiting_text())
               : Expectation::failed("nobody waits just that long; " + waiting_text());
}

Expectation VirtualClock::wait_for_waiters(std::size_t count, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  const bool there = changed_.wait_for(lock, patience, [&] { return waiters_.size() >= count; });
  std::string text = std::to_string(waiters_.size()) + " of " + std::to_string(count) + " threads wait by the clock";
  return there ? Expectation::met(std::move(text)) : Expectation::failed(std::move(text));
}

std::string VirtualClock::waiting_text() const {
  std::string text;
  for (const auto& left : waiting()) {
    text += text.empty() ? "" : ", ";
    if (!left) {
      text += "without a deadline";
    } else {
      text += "for " + duration_text(*left) + " more";
    }
  }
  if (text.empty()) return "nobody waits for the virtual clock";
  return "waiting for the virtual clock, which only the test moves: " + text;
}

std::vector<std::optional<Clock::Steady::duration>> VirtualClock::waiting() const {
  const std::lock_guard lock(mutex_);
  std::vector<Steady> deadlines;
  for (const Waiter* waiter : waiters_) deadlines.push_back(waiter->deadline);
  std::sort(deadlines.begin(), deadlines.end());
  std::vector<std::optional<Steady::duration>> left;
  for (const Steady deadline : deadlines) {
    left.push_back(deadline == Steady::max() ? std::nullopt : std::optional(deadline - steady_now_));
  }
  return left;
}

}  // namespace ashlar::testing
