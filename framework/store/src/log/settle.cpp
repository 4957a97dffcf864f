// What became of deliveries.

#include "log/consumer_rows.hpp"
#include "log/dead_letter_rows.hpp"
#include "log/event_rows.hpp"
#include "query.hpp"

namespace ashlar::store {

using Outcome = Settlement::Outcome;

std::vector<SettlementResult> ConsumerRows::settle(Work& work, const Consumer& consumer, Owner owner,
                                                   std::span<const Settlement> settlements, Time now) {
  if (settlements.empty()) return {};
  if (settle_lease(work, consumer, owner, settlements, now)) {
    return std::vector<SettlementResult>(settlements.size(), SettlementResult::done);
  }
  std::vector<SettlementResult> results;
  results.reserve(settlements.size());
  for (const Settlement& settlement : settlements) {
    results.push_back(settle_one(work, consumer, owner, settlement, now));
  }
  return results;
}

// The short way of what goes well: all deliveries of one lease are acked, or extended. False: it is not that.
bool ConsumerRows::settle_lease(Work& work, const Consumer& consumer, Owner owner,
                                std::span<const Settlement> settlements, Time now) {
  const Outcome outcome = settlements.front().outcome;
  if (outcome != Outcome::ack && outcome != Outcome::extend) return false;
  std::int64_t before = 0;
  for (const Settlement& settlement : settlements) {
    if (settlement.outcome != outcome || settlement.sequence <= before) return false;
    before = settlement.sequence;
  }
  const std::optional<Lease> lease = lease_of(work.db, consumer, settlements.front().sequence);
  if (!lease || lease->owner != owner || before > lease->last ||
      lease->deliveries != static_cast<std::int64_t>(settlements.size())) {
    return false;
  }
  if (Query(work.db, "SELECT 1 FROM ashlar_delivery WHERE consumer = ? AND sequence BETWEEN ? AND ? LIMIT 1",
            consumer.number, lease->first, lease->last)
          .step()) {
    return false;
  }
  if (outcome == Outcome::extend) {
    Query(work.db, "UPDATE ashlar_lease SET since = ?, until = ? WHERE consumer = ? AND first = ?", now,
          now + consumer.ack_wait, consumer.number, lease->first)
        .run();
    return true;
  }
  Query(work.db, "DELETE FROM ashlar_lease WHERE consumer = ? AND first = ?", consumer.number, lease->first).run();
  unblock_all(work, consumer);
  return true;
}

SettlementResult ConsumerRows::settle_one(Work& work, const Consumer& consumer, Owner owner,
                                          const Settlement& settlement, Time now) {
  std::optional<Row> row = row_of(work.db, consumer, settlement.sequence);
  std::optional<Lease> from;
  if (row) {
    if (row->state != State::held || row->owner != owner) return SettlementResult::late;
  } else {
    from = lease_of(work.db, consumer, settlement.sequence);
    if (!from || from->owner != owner) return SettlementResult::late;
    Query event(work.db, "SELECT name, key FROM ashlar_log WHERE sequence = ?", settlement.sequence);
    if (!event.step() || !consumer.selection->selects(work.db, names_, event.integer(0))) return SettlementResult::late;
    row = Row{.sequence = settlement.sequence,
              .state = State::held,
              .count = 1,
              .key = event.text(1),
              .owner = owner,
              .replay = settlement.sequence < consumer.replay_before};
    // From here on it has a row of its own, which the lease steps over.
    write(work, consumer, *row);
  }

  SettlementResult result = SettlementResult::done;
  switch (settlement.outcome) {
    case Outcome::ack: finish(work, consumer, row->sequence, row->key); break;
    case Outcome::retry:
    case Outcome::bury:
      note_failure(*row, now, settlement.error);
      if (settlement.outcome == Outcome::bury || row->count >= consumer.max_deliver) {
        bury(work, consumer, *row, settlement.error, now);
        result = SettlementResult::buried;
      } else {
        row->since = now;
        row->due = now + settlement.delay;
        row->alone = false;
        park(work, consumer, *row);
      }
      break;
    case Outcome::give_back:
      --row->count;
      row->since = now;
      row->due = now;
      park(work, consumer, *row);
      break;
    case Outcome::extend:
      row->since = now;
      row->due = now + consumer.ack_wait;
      write(work, consumer, *row);
      break;
  }
  if (from) {
    shrink(work, consumer, *from);
    unblock_all(work, consumer);
  }
  return result;
}

void ConsumerRows::note_failure(Row& row, Time now, std::string_view error) {
  row.attempts = with_attempt(row.attempts, {row.count, now, std::string(error)});
  if (!row.first_failure) row.first_failure = now;
}

std::int64_t ConsumerRows::bury(Work& work, const Consumer& consumer, const Row& row, std::string_view reason,
                                Time now) {
  DeadLetter letter{.consumer = consumer.name, .reason = std::string(reason)};
  letter.event = event_of(work.db, consumer, row).value_or(StoredEvent{});
  letter.attempts = attempts_of(row.attempts);
  letter.deliveries = row.count;
  letter.first_failure = row.first_failure.value_or(now);
  letter.last_failure = letter.attempts.empty() ? now : letter.attempts.back().time;
  const std::int64_t number = add_dead_letter(work.db, letter, row.replay ? Replay::yes : Replay::no);
  finish(work, consumer, row.sequence, row.key);
  return number;
}

void ConsumerRows::lapse_row(Work& work, const Consumer& consumer, Row row, Time now, std::string_view why) {
  note_failure(row, now, why);
  row.alone = true;
  row.since = now;
  row.due = now;
  park(work, consumer, std::move(row));
}

// What an owner holds, as if it had never been delivered.
void ConsumerRows::give_back(Work& work, Owner owner) {
  std::vector<std::string> names;
  {
    Query name(
        work.db,
        "SELECT name FROM ashlar_consumer WHERE number IN (SELECT consumer FROM ashlar_lease WHERE owner = ?1 UNION "
        "SELECT consumer FROM ashlar_delivery WHERE state = 2 AND owner = ?1)",
        owner);
    while (name.step()) names.push_back(name.text(0));
  }
  for (const std::string& name : names) {
    const Consumer consumer = find(work.db, name);
    for (Row& row : rows(work.db, consumer, State::held, static_cast<std::size_t>(-1) >> 1)) {
      if (row.owner != owner) continue;
      --row.count;
      row.due = row.since;
      park(work, consumer, std::move(row));
    }
    for (const Lease& lease : leases(work.db, consumer)) {
      if (lease.owner != owner) continue;
      std::vector<Row> unsettled = dissolve(work, consumer, lease);
      for (Row& row : unsettled) {
        row.count = 0;
        row.since = lease.since;
        row.due = lease.since;
        park(work, consumer, std::move(row));
      }
    }
    unblock_all(work, consumer);
  }
}

}  // namespace ashlar::store
