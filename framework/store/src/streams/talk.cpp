#include <algorithm>
#include <ashlar/errors.hpp>

#include "runner.hpp"

namespace ashlar::store {

void Runner::Outbox::put_back(Outbox&& earlier) {
  if (!earlier.settlements.empty()) since = earlier.since;
  settlements.insert(settlements.begin(), std::make_move_iterator(earlier.settlements.begin()),
                     std::make_move_iterator(earlier.settlements.end()));
  ids.insert(ids.begin(), earlier.ids.begin(), earlier.ids.end());
  blocked.merge(earlier.blocked);
}

std::size_t Runner::room() const {
  const StreamOptions& options = consumer_.options;
  const std::size_t most = std::max<std::size_t>(1, options.max_in_flight);
  const std::size_t held = unfinished();
  // With a single delivery allowed, an event that kills its process would make dead letters of all that came with it.
  const std::size_t batch = options.max_deliver == 1 ? 1 : std::max<std::size_t>(1, options.batch_size);
  return held >= most ? 0 : std::min(batch, most - held);
}

bool Runner::wants_to_claim(Clock::Steady now) const {
  if (now < not_before_) return false;
  if (exhausted_ && outbox_.settlements.empty() && now < again_at_ && context_.bell.rung(number_) == seen_)
    return false;
  return can_take();
}

// A busy worker keeps the others from nothing, and nobody takes far more than it can do soon.
bool Runner::can_take() const {
  if (is_inline()) return workers_[0]->queue.empty();
  const bool some_idle = std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) {
    return worker->queue.empty() && worker->running.empty();
  });
  return room() > 0 && (some_idle || queued() < consumer_.options.batch_size / 2);
}

bool Runner::wants_to_settle(Clock::Steady now) const {
  return now >= not_before_ && now >= std::min(settle_at(), refresh_at());
}

Clock::Steady Runner::refresh_at() const {
  return queued() == 0 ? Clock::Steady::max() : refreshed_ + consumer_.options.ack_wait / 2;
}

// Soon enough for their leases, and for whoever looks at the log, where handlers are slow.
Clock::Steady Runner::settle_at() const {
  if (outbox_.settlements.empty()) return Clock::Steady::max();
  return outbox_.since +
         std::min<std::chrono::milliseconds>(consumer_.options.ack_wait / 8, std::chrono::milliseconds{200});
}

void Runner::talk(Lock& lock, std::size_t limit) {
  const Clock::Steady now = context_.clock.steady_now();
  if (!stopping_.load() && now >= refresh_at())
    take_back_if([&](const Taken& taken) { return taken.lease_until <= now; });
  Outbox sending = std::exchange(outbox_, {});
  const std::vector<Extended> extensions = add_extensions(sending, now);
  const std::uint64_t rung = context_.bell.rung(number_);
  const Time asked = context_.clock.now();
  Claim claim;
  std::vector<SettlementResult> results;
  std::string problem;
  lock.unlock();
  try {
    if (limit > 0) {
      claim = context_.store.claim(consumer_.name, context_.owner, limit, asked, sending.settlements, &results);
    } else if (!sending.settlements.empty()) {
      results = context_.store.settle(consumer_.name, context_.owner, sending.settlements, asked);
    }
  } catch (...) {
    problem = current_exception_message();
  }
  lock.lock();
  if (!problem.empty()) {
    sending.settlements.resize(sending.settlements.size() - extensions.size());
    sending.ids.resize(sending.settlements.size());
    undo(extensions);
    outbox_.put_back(std::move(sending));
    return report_failure(problem);
  }
  trouble_.clear();
  not_before_ = Clock::Steady::min();
  pause_ = std::chrono::seconds{1};
  report(sending, results);
  if (limit > 0) {
    take_over(std::move(claim), limit, rung, asked);
  } else {
    exhausted_ = false;
  }
}

// Those in queues get their full time anew.
std::vector<Runner::Extended> Runner::add_extensions(Outbox& sending, Clock::Steady now) {
  std::vector<Extended> extensions;
  if (stopping_.load() || now < refresh_at()) return extensions;
  for (const auto& worker : workers_) {
    for (Taken& taken : worker->queue) {
      sending.settlements.push_back({.sequence = taken.sequence(), .outcome = Settlement::Outcome::extend});
      sending.ids.push_back(taken.claimed.event.metadata.id);
      extensions.push_back({taken.sequence(), taken.lease_until});
      taken.lease_until = now + consumer_.options.ack_wait;
    }
  }
  refreshed_ = now;
  exhausted_ = false;
  return extensions;
}

// The store did not grant them: it may give out again what waits here.
void Runner::undo(const std::vector<Extended>& extensions) {
  for (const Extended& extended : extensions) {
    for (const auto& worker : workers_) {
      for (Taken& taken : worker->queue) {
        if (taken.sequence() == extended.sequence) taken.lease_until = extended.former;
      }
    }
  }
  if (!extensions.empty()) refreshed_ -= consumer_.options.ack_wait / 2;
}

void Runner::take_over(Claim claim, std::size_t limit, std::uint64_t rung, Time asked) {
  const Clock::Steady now = context_.clock.steady_now();
  seen_ = rung;
  exhausted_ = !claim.more && claim.deliveries.size() < limit;
  again_at_ = Clock::Steady::max();
  if (claim.again_at) {
    again_at_ = now + std::clamp<std::chrono::milliseconds>(*claim.again_at - asked, std::chrono::milliseconds{1},
                                                            std::chrono::hours{24});
  }
  for (const std::int64_t sequence : claim.buried) {
    report_dead(sequence, {}, "its last delivery was not settled in time");
  }
  if (queued() == 0) refreshed_ = now;
  taken_.fetch_add(claim.deliveries.size());
  for (Claimed& claimed : claim.deliveries) {
    distribute({.claimed = std::move(claimed), .lease_until = now + consumer_.options.ack_wait});
  }
}

void Runner::distribute(Taken taken) {
  const std::string& key = taken.key();
  if (!key.empty() && outbox_.blocked.count(key) > 0) return settle_later(taken, Settlement::Outcome::give_back);
  if (!is_inline() && taken.claimed.count > 1) supersede(taken.sequence());
  Worker& worker = worker_for(key);
  // It comes again, before later ones that are here already.
  if (!key.empty() && !worker.queue.empty() && worker.queue.back().sequence() > taken.sequence()) {
    give_back_later(worker, key, taken.sequence());
  }
  worker.queue.push_back(std::move(taken));
  worker.changed.notify_one();
}

void Runner::report(const Outbox& sent, const std::vector<SettlementResult>& results) {
  for (std::size_t i = 0; i < std::min(results.size(), sent.settlements.size()); ++i) {
    const Settlement& settlement = sent.settlements[i];
    if (results[i] == SettlementResult::buried) {
      report_dead(settlement.sequence, sent.ids[i].to_string(), settlement.error);
    } else if (results[i] == SettlementResult::late && settlement.outcome == Settlement::Outcome::extend) {
      take_back_if([&](const Taken& taken) { return taken.sequence() == settlement.sequence; });
    } else if (results[i] == SettlementResult::late && settlement.outcome != Settlement::Outcome::give_back) {
      context_.log.warning("late answer for a delivery refused", {{"consumer", consumer_.name},
                                                                  {"event_id", sent.ids[i].to_string()},
                                                                  {"sequence", settlement.sequence},
                                                                  {"why", "the store has given it out again"}});
    }
  }
}

void Runner::report_dead(std::int64_t sequence, std::string_view event_id, std::string_view reason) {
  context_.log.warning(
      "event became a dead letter",
      {{"consumer", consumer_.name}, {"event_id", event_id}, {"sequence", sequence}, {"reason", reason}});
}

void Runner::report_failure(const std::string& problem) {
  trouble_ = problem;
  complaints_.say("stream consumer cannot reach its store and tries again", problem);
  not_before_ = context_.clock.steady_now() + pause_;
  pause_ = std::min(pause_ * 2, std::chrono::seconds{30});
}

}  // namespace ashlar::store
