#include "runner.hpp"

#include <algorithm>

namespace ashlar::store {

Runner::Runner(const StreamContext& context, LoggedConsumer consumer, std::size_t number, Randomness random)
    : context_(context),
      consumer_(std::move(consumer)),
      number_(number),
      sleeper_(context.bell.sleeper(number)),
      complaints_(context.clock, context.log, consumer_.name) {
  const std::size_t workers = std::max<std::size_t>(1, consumer_.options.workers);
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(context_, consumer_, i == 0 ? random : make_randomness()));
  }
}

Runner::~Runner() {
  stop();
  join();
}

void Runner::begin() {
  if (consumer_.receiver->most_at_once() == 0) return;
  ended_.store(false);
  thread_ = std::thread([this] { run(); });
  if (is_inline()) return;
  for (const auto& worker : workers_) worker->thread = std::thread([this, one = worker.get()] { work(*one); });
}

void Runner::stop() {
  {
    const std::lock_guard lock(sleeper_.mutex);
    stopping_.store(true);
    for (const auto& worker : workers_) worker->changed.notify_all();
  }
  sleeper_.changed.notify_all();
}

void Runner::join() {
  const std::lock_guard lock(join_mutex_);
  if (thread_.joinable()) thread_.join();
  for (const auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

std::string Runner::trouble() const {
  const std::lock_guard lock(sleeper_.mutex);
  return trouble_.empty() ? "" : "stream consumer '" + consumer_.name + "': " + trouble_;
}

void Runner::run() {
  Lock lock(sleeper_.mutex);
  while (!stopping_.load()) {
    poked_ = false;
    const Clock::Steady now = context_.clock.steady_now();
    if (now >= overdue_at()) ask_for_overdue(now);
    if (wants_to_claim(now)) {
      talk(lock, room());
    } else if (wants_to_settle(now)) {
      talk(lock, 0);
    } else if (!is_inline() || !run_some(lock, *workers_[0])) {
      wait(lock, now);
    }
  }
  finish(lock);
  ended_.store(true);
  lock.unlock();
  context_.bell.nothing_to_do();
}

void Runner::wait(Lock& lock, Clock::Steady now) {
  const bool nothing = exhausted_ && unfinished() == 0 && outbox_.settlements.empty() && trouble_.empty();
  if (nothing) {
    idle_at_.store(seen_);
    context_.bell.nothing_to_do();
  }
  // After an error nothing counts before its pause is over; and who cannot take more need not hear of more.
  const bool pausing = now < not_before_;
  const bool listens = exhausted_ && !pausing && can_take();
  const Clock::Steady until =
      pausing ? not_before_
              : std::min({listens ? again_at_ : Clock::Steady::max(), refresh_at(), settle_at(), overdue_at()});
  if (listens) context_.bell.lie_down(number_, seen_);
  context_.clock.wait_until(lock, sleeper_.changed, until, [&] {
    return stopping_.load() || poked_ || (listens && (sleeper_.called || context_.bell.rung(number_) != seen_));
  });
  if (listens) context_.bell.get_up(number_, seen_);
  idle_at_.store(0);
}

// What the store does not take now it hands out again when the owner ends.
void Runner::finish(Lock& lock) {
  for (const auto& worker : workers_) {
    for (const Taken& taken : worker->queue) settle_later(taken, Settlement::Outcome::give_back);
    worker->queue.clear();
  }
  for (;;) {
    // Asked before the lock is let go: what a handler settles while the store is talked to is told the next time.
    const bool all_settled = unfinished() == 0;
    if (!outbox_.settlements.empty()) talk(lock, 0);
    if (all_settled) break;
    sleeper_.changed.wait(lock, [this] { return poked_; });
    poked_ = false;
  }
}

}  // namespace ashlar::store
