#include <algorithm>

#include "memory_log_state.hpp"

namespace ashlar::testing {

using namespace store;

namespace {

constexpr std::size_t most_attempts = 20;

void add_attempt(std::vector<Attempt>& attempts, int count, Time time, std::string error) {
  attempts.push_back({.count = count, .time = time, .error = std::move(error)});
  if (attempts.size() > most_attempts) attempts.erase(attempts.begin());
}

}  // namespace

void MemoryLog::State::settled_locked(Consumer& consumer, std::int64_t sequence) {
  consumer.pending.erase(sequence);
  if (sequence > consumer.floor) consumer.settled.insert(sequence);
  for (auto at = events.upper_bound(consumer.floor); at != events.end(); ++at) {
    if (is_open_locked(consumer, at->second)) break;
    consumer.floor = at->first;
  }
  consumer.settled.erase(consumer.settled.begin(), consumer.settled.upper_bound(consumer.floor));
}

void MemoryLog::State::give_back_locked(Consumer& consumer, std::int64_t sequence) {
  Pending& pending = consumer.pending.at(sequence);
  pending.owner.reset();
  pending.due = Time{};
  if (--pending.count == 0 && !pending.asked_for) consumer.pending.erase(sequence);
}

// Its last attempt has been noted.
std::int64_t MemoryLog::State::bury_locked(Consumer& consumer, std::int64_t sequence, std::string reason) {
  const Pending pending = consumer.pending.at(sequence);
  DeadLetter letter{.number = ++last_letter,
                    .consumer = consumer.settings.name,
                    .event = pending.own_event ? *pending.own_event : events.at(sequence),
                    .reason = std::move(reason),
                    .attempts = pending.attempts,
                    .deliveries = pending.count,
                    .first_failure = pending.first_failure.value_or(Time{}),
                    .last_failure = pending.attempts.empty() ? Time{} : pending.attempts.back().time};
  letters.emplace(last_letter, Letter{.letter = std::move(letter), .replay = pending.replay});
  settled_locked(consumer, sequence);
  return last_letter;
}

SettlementResult MemoryLog::State::settle_locked(Consumer& consumer, Owner owner, const Settlement& settlement,
                                                 Time now) {
  const std::int64_t sequence = settlement.sequence;
  const auto found = consumer.pending.find(sequence);
  if (found == consumer.pending.end() || found->second.owner != owner || !owners.contains(owner)) {
    return SettlementResult::late;
  }
  Pending& pending = found->second;
  switch (settlement.outcome) {
    case Settlement::Outcome::ack: settled_locked(consumer, sequence); return SettlementResult::done;
    case Settlement::Outcome::give_back: give_back_locked(consumer, sequence); return SettlementResult::done;
    case Settlement::Outcome::extend:
      pending.lease_until = now + consumer.settings.ack_wait;
      return SettlementResult::done;
    case Settlement::Outcome::bury:
      pending.failed(now, settlement.error);
      bury_locked(consumer, sequence, settlement.error);
      return SettlementResult::buried;
    case Settlement::Outcome::retry:
      pending.failed(now, settlement.error);
      if (pending.count >= consumer.settings.max_deliver) {
        bury_locked(consumer, sequence, settlement.error);
        return SettlementResult::buried;
      }
      pending.owner.reset();
      pending.alone = false;
      pending.due = now + settlement.delay;
      return SettlementResult::done;
  }
  return SettlementResult::late;
}

void MemoryLog::State::Pending::failed(Time now, const std::string& error) {
  if (!first_failure) first_failure = now;
  add_attempt(attempts, count, now, error);
}

// What was held for too long, or by an owner that is gone, waits again. Gives the numbers of the dead letters it made.
std::vector<std::int64_t> MemoryLog::State::take_back_locked(Consumer& consumer, Time now) {
  std::vector<std::int64_t> over;
  for (auto& [sequence, pending] : consumer.pending) {
    if (pending.owner && (pending.lease_until <= now || !owners.contains(*pending.owner))) {
      pending.failed(now, owners.contains(*pending.owner)
                              ? "not settled within " + std::to_string(consumer.settings.ack_wait.count()) + " ms"
                              : "the process that handled it ended");
      pending.owner.reset();
      pending.alone = true;
      pending.due = now;
    }
    // Also what failed before max_deliver was lowered.
    if (!pending.owner && pending.due <= now && pending.count >= consumer.settings.max_deliver)
      over.push_back(sequence);
  }
  std::vector<std::int64_t> buried;
  for (const std::int64_t sequence : over) {
    const auto& attempts = consumer.pending.at(sequence).attempts;
    buried.push_back(bury_locked(consumer, sequence, attempts.empty() ? "given up" : attempts.back().error));
  }
  return buried;
}

void MemoryLog::State::take_locked(Consumer& consumer, Owner owner, std::size_t limit, Time now, Claim& claim) {
  std::size_t in_flight = 0;
  for (const auto& [sequence, pending] : consumer.pending) in_flight += pending.owner ? 1U : 0U;

  std::set<std::string> blocked_keys;
  bool has_alone = false;
  std::int64_t sequence = 0;
  for (;;) {
    // The next that is pending or still to be delivered.
    const auto waits = consumer.pending.upper_bound(sequence);
    auto fresh = events.upper_bound(std::max(sequence, consumer.floor));
    while (fresh != events.end() && !is_open_locked(consumer, fresh->second)) ++fresh;
    if (waits == consumer.pending.end() && fresh == events.end()) break;
    const bool is_pending = waits != consumer.pending.end() && (fresh == events.end() || waits->first <= fresh->first);
    sequence = is_pending ? waits->first : fresh->first;
    const Pending pending = is_pending ? waits->second : Pending{};
    const StoredEvent event = as_read_locked(pending.own_event ? *pending.own_event : events.at(sequence));
    const std::string& key = event.metadata.key;

    if (pending.owner == owner) continue;
    const bool is_blocked = !key.empty() && blocked_keys.contains(key);
    const bool is_free = !pending.owner && pending.due <= now && !is_blocked;
    if (!is_free) {
      if (!key.empty()) blocked_keys.insert(key);
      continue;
    }
    if (in_flight >= consumer.settings.max_in_flight) return;
    const bool is_full = claim.deliveries.size() >= limit || (pending.alone && !claim.deliveries.empty()) || has_alone;
    if (is_full) {
      claim.more = true;
      return;
    }
    Pending& taken = consumer.pending[sequence];
    ++taken.count;
    taken.owner = owner;
    taken.lease_until = now + consumer.settings.ack_wait;
    if (sequence <= consumer.replay_until && !taken.own_event) taken.replay = true;
    ++in_flight;
    claim.deliveries.push_back({.event = event, .count = taken.count, .replay = taken.replay});
    has_alone = taken.alone;
  }
}

Claim MemoryLog::claim(std::string_view name, Owner owner, std::size_t limit, Time now,
                       std::span<const Settlement> settlements, std::vector<SettlementResult>* results) {
  Claim claim;
  {
    std::lock_guard lock(state_->mutex);
    State::Consumer& consumer = state_->consumer_locked(name);
    if (!state_->owners.contains(owner)) {
      throw Error("owner " + std::to_string(owner) + " claims events of '" + std::string(name) +
                  "', but has ended or never began: begin_owner() makes one");
    }
    std::vector<SettlementResult> settled;
    for (const Settlement& settlement : settlements) {
      settled.push_back(state_->settle_locked(consumer, owner, settlement, now));
    }
    if (results != nullptr) *results = std::move(settled);
    if (!consumer.paused) {
      claim.buried = state_->take_back_locked(consumer, now);
      state_->take_locked(consumer, owner, limit, now, claim);
      for (const auto& [sequence, pending] : consumer.pending) {
        if (pending.owner == owner) continue;
        const Time again_at = pending.owner ? pending.lease_until : pending.due;
        if (again_at > now && (!claim.again_at || again_at < *claim.again_at)) claim.again_at = again_at;
      }
    }
  }
  if (!settlements.empty()) state_->wake();
  return claim;
}

std::vector<SettlementResult> MemoryLog::settle(std::string_view name, Owner owner,
                                                std::span<const Settlement> settlements, Time now, UnitOfWork* unit) {
  std::vector<SettlementResult> results;
  {
    std::lock_guard lock(state_->mutex);
    const auto found = state_->consumers.find(name);
    if (found == state_->consumers.end()) return std::vector(settlements.size(), SettlementResult::late);
    if (unit == nullptr) {
      for (const Settlement& settlement : settlements) {
        results.push_back(state_->settle_locked(found->second, owner, settlement, now));
      }
    } else {
      for (const Settlement& settlement : settlements) {
        if (settlement.outcome != Settlement::Outcome::ack) {
          throw Error("only an ack can be part of a unit of work; consumer '" + std::string(name) + "' settles event " +
                      std::to_string(settlement.sequence) + " otherwise: settle it without the unit");
        }
      }
      State::Joined& joined = state_->join_locked(*unit);
      for (const Settlement& settlement : settlements) {
        const auto pending = found->second.pending.find(settlement.sequence);
        const bool is_held = pending != found->second.pending.end() && pending->second.owner == owner &&
                             state_->owners.contains(owner) &&
                             joined.acked.emplace(std::string(name), settlement.sequence).second;
        results.push_back(is_held ? SettlementResult::done : SettlementResult::late);
        if (!is_held) continue;
        joined.actions.push_back([name = std::string(name), owner, settlement, now](State& state) {
          const auto consumer = state.consumers.find(name);
          if (consumer != state.consumers.end()) state.settle_locked(consumer->second, owner, settlement, now);
        });
      }
    }
  }
  if (unit == nullptr) state_->wake();
  return results;
}

}  // namespace ashlar::testing
