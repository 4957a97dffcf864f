#include <algorithm>
#include <functional>

#include "runner.hpp"

namespace ashlar::store {

std::size_t Runner::queued() const {
  std::size_t count = 0;
  for (const auto& worker : workers_) count += worker->queue.size();
  return count;
}

std::size_t Runner::unfinished() const {
  std::size_t count = queued();
  for (const auto& worker : workers_) count += worker->running.size();
  return count;
}

Clock::Steady Runner::overdue_at() const {
  Clock::Steady earliest = Clock::Steady::max();
  if (is_inline()) return earliest;
  for (const auto& worker : workers_) {
    if (!worker->running.empty()) earliest = std::min(earliest, worker->overdue_at);
  }
  return earliest;
}

void Runner::ask_for_overdue(Clock::Steady now) {
  for (const auto& worker : workers_) {
    if (worker->running.empty() || now < worker->overdue_at) continue;
    worker->overdue_at = now + consumer_.options.ack_wait;
    exhausted_ = false;
  }
}

// Events of one key always go to the same worker, which keeps their order; the others to the least busy.
Runner::Worker& Runner::worker_for(const std::string& key) {
  if (is_inline()) return *workers_[0];
  if (!key.empty()) return *workers_[std::hash<std::string>{}(key) % workers_.size()];
  return **std::min_element(workers_.begin(), workers_.end(), [](const auto& a, const auto& b) {
    return a->queue.size() + a->running.size() < b->queue.size() + b->running.size();
  });
}

void Runner::work(Worker& worker) {
  Lock lock(sleeper_.mutex);
  for (;;) {
    worker.changed.wait(lock, [&] { return stopping_.load() || !worker.queue.empty(); });
    if (stopping_.load()) return;
    run_some(lock, worker);
  }
}

// False when there is nothing to run.
bool Runner::run_some(Lock& lock, Worker& worker) {
  if (worker.queue.empty()) return false;
  const Clock::Steady now = context_.clock.steady_now();
  const std::size_t most = std::max<std::size_t>(1, consumer_.receiver->most_at_once());
  while (!worker.queue.empty() && worker.running.size() < most) {
    Taken taken = std::move(worker.queue.front());
    worker.queue.pop_front();
    if (taken.lease_until > now) {
      worker.running.push_back(std::move(taken));
    } else {
      // On its way again, alone.
      exhausted_ = false;
      block(worker, taken);
    }
  }
  if (!worker.running.empty()) {
    worker.overdue_at = now + consumer_.options.ack_wait;
    lock.unlock();
    worker.call.run(worker.running);
    lock.lock();
    record(worker);
  }
  poked_ = true;
  if (!is_inline()) sleeper_.changed.notify_all();
  return true;
}

void Runner::record(Worker& worker) {
  for (Taken& taken : worker.running) {
    using Outcome = Taken::Outcome;
    switch (taken.superseded ? Outcome::lost : taken.outcome) {
      case Outcome::none:
      case Outcome::lost:
        exhausted_ = false;
        block(worker, taken);
        break;
      case Outcome::ack_in_unit: exhausted_ = false; break;
      case Outcome::ack: settle_later(taken, Settlement::Outcome::ack); break;
      case Outcome::bury: settle_later(taken, Settlement::Outcome::bury); break;
      case Outcome::retry:
        settle_later(taken, Settlement::Outcome::retry);
        block(worker, taken);
        break;
      case Outcome::give_back:
        settle_later(taken, Settlement::Outcome::give_back);
        block(worker, taken);
        break;
    }
  }
  worker.running.clear();
}

// The store has given it out again: whatever becomes of the earlier delivery is too late.
void Runner::supersede(std::int64_t sequence) {
  for (const auto& worker : workers_) {
    std::erase_if(worker->queue, [&](const Taken& taken) { return taken.sequence() == sequence; });
    for (Taken& taken : worker->running) taken.superseded = taken.superseded || taken.sequence() == sequence;
  }
}

// Out of the queues: it comes again, alone.
void Runner::take_back_if(const std::function<bool(const Taken&)>& condition) {
  for (const auto& worker : workers_) {
    std::vector<Taken> gone;
    std::erase_if(worker->queue, [&](Taken& taken) {
      if (!condition(taken)) return false;
      gone.push_back(std::move(taken));
      return true;
    });
    for (const Taken& taken : gone) block(*worker, taken);
  }
}

// Later ones of its key wait until it has been delivered again.
void Runner::block(Worker& worker, const Taken& taken) {
  if (taken.key().empty()) return;
  outbox_.blocked.insert(taken.key());
  give_back_later(worker, taken.key(), taken.sequence());
}

void Runner::give_back_later(Worker& worker, const std::string& key, std::int64_t after) {
  std::erase_if(worker.queue, [&](const Taken& taken) {
    if (taken.sequence() <= after || taken.key() != key) return false;
    settle_later(taken, Settlement::Outcome::give_back);
    return true;
  });
}

void Runner::settle_later(const Taken& taken, Settlement::Outcome outcome) {
  if (outbox_.settlements.empty()) outbox_.since = context_.clock.steady_now();
  outbox_.settlements.push_back(
      {.sequence = taken.sequence(), .outcome = outcome, .delay = taken.delay, .error = taken.error});
  outbox_.ids.push_back(taken.claimed.event.metadata.id);
}

}  // namespace ashlar::store
