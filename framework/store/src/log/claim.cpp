// What an owner gets: first what is delivered again, then what nobody has looked at.

#include <algorithm>
#include <map>
#include <set>

#include "log/consumer_rows.hpp"
#include "log/dead_letter_rows.hpp"
#include "log/event_rows.hpp"
#include "query.hpp"

namespace ashlar::store {
namespace {

// So that a claim for rare events does not hold up everybody else.
constexpr std::int64_t most_looked_at = 10'000;

// Skipping fewer events that the consumer does not want is not worth a write.
constexpr std::int64_t worth_noting = 500;

bool is_over(Time since, Time until, Time now) { return until <= now || now + clock_tolerance < since; }

}  // namespace

Claim ConsumerRows::claim(Work& work, const Consumer& consumer, Owner owner, std::size_t limit, Time now) {
  Claim claim;
  if (consumer.paused) return claim;
  lapse(work, consumer, now);
  bury_given_up(work, consumer, now, claim);
  const std::int64_t room = consumer.max_in_flight - in_flight(work.db, consumer);
  if (room > 0) {
    limit = std::min(limit, static_cast<std::size_t>(room));
    claim_rows(work, consumer, owner, limit, now, claim);
    if (!claim.more) claim_fresh(work, consumer, owner, limit, now, claim);
  }
  claim.again_at = next_time(work.db, consumer, owner, now);
  return claim;
}

std::int64_t ConsumerRows::in_flight(Connection& db, const Consumer& consumer) {
  Query row(db,
            "SELECT (SELECT ifnull(sum(deliveries), 0) FROM ashlar_lease WHERE consumer = ?1) + "
            "(SELECT count(*) FROM ashlar_delivery WHERE consumer = ?1 AND state = 2)",
            consumer.number);
  row.step();
  return row.integer(0);
}

void ConsumerRows::lapse(Work& work, const Consumer& consumer, Time now) {
  std::map<Owner, bool> known;
  const auto lives = [&](Owner owner) {
    const auto found = known.find(owner);
    return found != known.end() ? found->second : known.emplace(owner, owners_.lives(owner)).first->second;
  };
  constexpr std::string_view ended = "the process that held it ended";
  const std::string unanswered = "no answer within " + std::to_string(consumer.ack_wait.count()) + " ms";
  for (const Lease& lease : leases(work.db, consumer)) {
    const bool gone = !lives(lease.owner);
    if (gone || is_over(lease.since, lease.until, now)) {
      lapse_lease(work, consumer, lease, now, gone ? ended : std::string_view(unanswered));
    }
  }
  for (Row& row : rows(work.db, consumer, State::held, static_cast<std::size_t>(-1) >> 1)) {
    const bool gone = !lives(row.owner);
    if (gone || is_over(row.since, row.due, now)) {
      lapse_row(work, consumer, std::move(row), now, gone ? ended : std::string_view(unanswered));
    }
  }
}

void ConsumerRows::lapse_lease(Work& work, const Consumer& consumer, const Lease& lease, Time now,
                               std::string_view why) {
  for (Row& row : dissolve(work, consumer, lease)) lapse_row(work, consumer, std::move(row), now, why);
  unblock_all(work, consumer);
}

// What has been delivered often enough, whether its last lease ran out or max_deliver was lowered.
void ConsumerRows::bury_given_up(Work& work, const Consumer& consumer, Time now, Claim& claim) {
  std::vector<Row> given_up;
  {
    Query row(
        work.db,
        "SELECT sequence, state, count, key, since, due, owner, alone, replay, asked, first_failure, attempts FROM "
        "ashlar_delivery WHERE consumer = ? AND state IN (1, 3) AND count > 0 AND count >= ? AND (due <= ? OR since > "
        "?) ORDER BY sequence",
        consumer.number, consumer.max_deliver, now, now + clock_tolerance);
    while (row.step()) given_up.push_back(read_row(row));
  }
  for (const Row& row : given_up) {
    const auto attempts = attempts_of(row.attempts);
    claim.buried.push_back(bury(work, consumer, row, attempts.empty() ? "given up" : attempts.back().error, now));
  }
}

void ConsumerRows::claim_rows(Work& work, const Consumer& consumer, Owner owner, std::size_t limit, Time now,
                              Claim& claim) {
  std::map<std::int64_t, Row> candidates;
  {
    Query waiting(
        work.db,
        "SELECT sequence, state, count, key, since, due, owner, alone, replay, asked, first_failure, attempts FROM "
        "ashlar_delivery WHERE consumer = ? AND state = 1 AND (due <= ? OR since > ?) ORDER BY sequence LIMIT ?",
        consumer.number, now, now + clock_tolerance, limit + 1);
    while (waiting.step()) {
      Row row = read_row(waiting);
      candidates.emplace(row.sequence, std::move(row));
    }
  }
  const bool blocked = has_blocked(work.db, consumer);
  if (blocked) {
    for (Row& row : first_blocked(work.db, consumer)) {
      if (may_hold(work.db, consumer, row, owner, now)) candidates.emplace(row.sequence, std::move(row));
    }
  }
  while (!candidates.empty()) {
    Row row = std::move(candidates.extract(candidates.begin()).mapped());
    if (claim.deliveries.size() == limit || (row.alone && !claim.deliveries.empty())) {
      claim.more = true;
      return;
    }
    const bool alone = row.alone;
    const std::string key = row.key;
    const std::int64_t sequence = row.sequence;
    hold(work, consumer, owner, std::move(row), now, claim);
    if (alone && !claim.deliveries.empty()) {
      claim.more = true;
      return;
    }
    if (!blocked || key.empty()) continue;
    Query next(work.db,
               "SELECT sequence, state, count, key, since, due, owner, alone, replay, asked, first_failure, attempts "
               "FROM ashlar_delivery "
               "WHERE consumer = ? AND key = ? AND sequence > ? AND state = 3 ORDER BY sequence LIMIT 1",
               consumer.number, key, sequence);
    if (!next.step()) continue;
    Row behind = read_row(next);
    if (may_hold(work.db, consumer, behind, owner, now)) candidates.emplace(behind.sequence, std::move(behind));
  }
}

void ConsumerRows::hold(Work& work, const Consumer& consumer, Owner owner, Row row, Time now, Claim& claim) {
  std::optional<StoredEvent> event = event_of(work.db, consumer, row);
  if (!event) return;
  Claimed claimed{.event = *std::move(event)};
  row.state = State::held;
  row.owner = owner;
  row.since = now;
  row.due = now + consumer.ack_wait;
  ++row.count;
  claimed.count = row.count;
  claimed.replay = row.replay;
  write(work, consumer, row);
  claim.deliveries.push_back(std::move(claimed));
}

void ConsumerRows::claim_fresh(Work& work, const Consumer& consumer, Owner owner, std::size_t limit, Time now,
                               Claim& claim) {
  if (claim.deliveries.size() == limit) {
    claim.more = true;
    return;
  }
  // Keys can only be out of order where something is not simply done.
  const bool rows =
      Query(work.db, "SELECT 1 FROM ashlar_delivery WHERE consumer = ? AND state <> 0 LIMIT 1", consumer.number).step();
  const bool others =
      Query(work.db, "SELECT 1 FROM ashlar_lease WHERE consumer = ? AND owner <> ? LIMIT 1", consumer.number, owner)
          .step();

  // A dead letter that was retried after the consumer had been rewound has a row before its event is looked at.
  const bool ahead = has_rows_from(work.db, consumer, consumer.next);

  Lease lease{.owner = owner, .since = now, .until = now + consumer.ack_wait};
  std::vector<Row> blocked;
  std::set<std::string> blocked_keys;
  std::int64_t next = consumer.next;
  std::int64_t looked_at = 0;
  {
    Query event(work.db,
                "SELECT sequence, name, " ASHLAR_EVENT_COLUMNS
                " FROM ashlar_log WHERE sequence >= ? ORDER BY sequence LIMIT ?",
                consumer.next, most_looked_at);
    while (claim.deliveries.size() < limit) {
      if (!event.step()) {
        claim.more = looked_at == most_looked_at;
        // So that what lies ahead is reached.
        if (!claim.more && ahead) next = std::max(next, work.counters().last_sequence + 1);
        break;
      }
      ++looked_at;
      const std::int64_t sequence = event.integer(0);
      next = sequence + 1;
      if (!consumer.selection->selects(work.db, names_, event.integer(1))) continue;
      if (ahead && row_of(work.db, consumer, sequence)) continue;
      const bool replay = sequence < consumer.replay_before;
      if ((rows || others) && !event.is_null(2)) {
        Row row{.sequence = sequence,
                .state = State::blocked,
                .key = event.text(2),
                .since = now,
                .due = now,
                .replay = replay};
        if (blocked_keys.contains(row.key) || !may_hold(work.db, consumer, row, owner, now)) {
          blocked_keys.insert(row.key);
          blocked.push_back(std::move(row));
          continue;
        }
      }
      if (lease.deliveries == 0) lease.first = sequence;
      lease.last = sequence;
      ++lease.deliveries;
      claim.deliveries.push_back({read_event(event, work.db, names_), 1, replay});
    }
  }
  if (claim.deliveries.size() == limit) claim.more = true;
  for (const Row& row : blocked) write(work, consumer, row);
  if (lease.deliveries > 0) {
    Query(work.db, "INSERT INTO ashlar_lease VALUES (?, ?, ?, ?, ?, ?, ?)", consumer.number, lease.first, lease.last,
          lease.deliveries, owner, lease.since, lease.until)
        .run();
  }
  if (lease.deliveries > 0 || !blocked.empty() || ahead || next - consumer.next >= worth_noting) {
    Query(work.db, "UPDATE ashlar_consumer SET next = ? WHERE number = ?", next, consumer.number).run();
    if (ahead) {
      Query(
          work.db,
          "DELETE FROM ashlar_delivery WHERE consumer = ?1 AND state = 0 AND sequence BETWEEN ?2 AND ?3 AND NOT EXISTS "
          "(SELECT 1 FROM ashlar_lease WHERE consumer = ?1 AND sequence BETWEEN first AND last)",
          consumer.number, consumer.next, next - 1)
          .run();
    }
  }
}

std::optional<Time> ConsumerRows::next_time(Connection& db, const Consumer& consumer, Owner owner, Time now) {
  Query row(db,
            "SELECT min(at) FROM (SELECT min(due) AS at FROM ashlar_delivery WHERE consumer = ?1 AND state IN (1, 3) "
            "AND due > ?3 "
            "UNION ALL SELECT min(due) FROM ashlar_delivery WHERE consumer = ?1 AND state = 2 AND owner <> ?2 "
            "UNION ALL SELECT min(until) FROM ashlar_lease WHERE consumer = ?1 AND owner <> ?2)",
            consumer.number, owner, now);
  return row.step() ? row.optional_time(0) : std::nullopt;
}

}  // namespace ashlar::store
