// The rows of single deliveries: read, written, and kept in order of their keys.

#include <algorithm>

#include "log/consumer_rows.hpp"
#include "log/event_rows.hpp"
#include "query.hpp"

namespace ashlar::store {

#define ASHLAR_DELIVERY_COLUMNS \
  "sequence, state, count, key, since, due, owner, alone, replay, asked, first_failure, attempts"

std::vector<ConsumerRows::Lease> ConsumerRows::leases(Connection& db, const Consumer& consumer) {
  std::vector<Lease> leases;
  Query row(db, "SELECT first, last, deliveries, owner, since, until FROM ashlar_lease WHERE consumer = ?",
            consumer.number);
  while (row.step()) {
    leases.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.time(4), row.time(5)});
  }
  return leases;
}

std::optional<ConsumerRows::Lease> ConsumerRows::lease_of(Connection& db, const Consumer& consumer,
                                                          std::int64_t sequence) {
  Query row(db,
            "SELECT first, last, deliveries, owner, since, until FROM ashlar_lease WHERE consumer = ? AND first <= ? "
            "ORDER BY first DESC LIMIT 1",
            consumer.number, sequence);
  if (!row.step() || row.integer(1) < sequence) return std::nullopt;
  return Lease{row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.time(4), row.time(5)};
}

ConsumerRows::Row ConsumerRows::read_row(const Query& row) {
  return {.sequence = row.integer(0),
          .state = static_cast<State>(row.integer(1)),
          .count = static_cast<int>(row.integer(2)),
          .key = row.text(3),
          .since = row.time(4),
          .due = row.time(5),
          .owner = row.integer(6),
          .alone = row.integer(7) != 0,
          .replay = row.integer(8) != 0,
          .asked = static_cast<Asked>(row.integer(9)),
          .first_failure = row.optional_time(10),
          .attempts = row.text(11)};
}

std::optional<ConsumerRows::Row> ConsumerRows::row_of(Connection& db, const Consumer& consumer, std::int64_t sequence) {
  Query row(db, "SELECT " ASHLAR_DELIVERY_COLUMNS " FROM ashlar_delivery WHERE consumer = ? AND sequence = ?",
            consumer.number, sequence);
  return row.step() ? std::optional(read_row(row)) : std::nullopt;
}

std::vector<ConsumerRows::Row> ConsumerRows::rows(Connection& db, const Consumer& consumer, State state,
                                                  std::size_t limit) {
  std::vector<Row> rows;
  Query row(db,
            "SELECT " ASHLAR_DELIVERY_COLUMNS
            " FROM ashlar_delivery WHERE consumer = ? AND state = ? ORDER BY sequence LIMIT ?",
            consumer.number, static_cast<int>(state), limit);
  while (row.step()) rows.push_back(read_row(row));
  return rows;
}

void ConsumerRows::write(Work& work, const Consumer& consumer, const Row& row) {
  Query(work.db,
        "INSERT OR REPLACE INTO ashlar_delivery (consumer, " ASHLAR_DELIVERY_COLUMNS
        ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        consumer.number, row.sequence, static_cast<int>(row.state), row.count, Filled{row.key}, row.since, row.due,
        row.state == State::held ? std::optional(row.owner) : std::nullopt, row.alone ? 1 : 0, row.replay ? 1 : 0,
        static_cast<int>(row.asked), row.first_failure, Filled{row.attempts})
      .run();
}

// One of its deliveries has a row of its own now, or is done.
void ConsumerRows::shrink(Work& work, const Consumer& consumer, const Lease& lease) {
  if (lease.deliveries > 1) {
    Query(work.db, "UPDATE ashlar_lease SET deliveries = deliveries - 1 WHERE consumer = ? AND first = ?",
          consumer.number, lease.first)
        .run();
    return;
  }
  (void)dissolve(work, consumer, lease);
}

// Takes a lease away; what of it is not settled has no row yet, and is returned.
std::vector<ConsumerRows::Row> ConsumerRows::dissolve(Work& work, const Consumer& consumer, const Lease& lease) {
  std::vector<Row> unsettled;
  {
    Query event(
        work.db,
        "SELECT sequence, name, key FROM ashlar_log WHERE sequence BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM "
        "ashlar_delivery WHERE consumer = ? AND ashlar_delivery.sequence = ashlar_log.sequence) ORDER BY sequence",
        lease.first, lease.last, consumer.number);
    while (event.step()) {
      const std::int64_t sequence = event.integer(0);
      if (!consumer.selection->selects(work.db, names_, event.integer(1))) continue;
      unsettled.push_back(
          {.sequence = sequence, .count = 1, .key = event.text(2), .replay = sequence < consumer.replay_before});
    }
  }
  Query(work.db, "DELETE FROM ashlar_lease WHERE consumer = ? AND first = ?", consumer.number, lease.first).run();
  Query(work.db, "DELETE FROM ashlar_delivery WHERE consumer = ? AND sequence BETWEEN ? AND ? AND state = 0",
        consumer.number, lease.first, lease.last)
      .run();
  return unsettled;
}

// Whether an earlier event of the key is held as part of a lease, that of `except` aside.
bool ConsumerRows::in_a_lease(Connection& db, const Consumer& consumer, const std::string& key, std::int64_t before,
                              Owner except) {
  for (const Lease& lease : leases(db, consumer)) {
    if (lease.owner == except || lease.first >= before) continue;
    Query row(db,
              "SELECT name FROM ashlar_log WHERE sequence BETWEEN ? AND ? AND key = ? AND NOT EXISTS (SELECT 1 FROM "
              "ashlar_delivery WHERE consumer = ? AND ashlar_delivery.sequence = ashlar_log.sequence)",
              lease.first, std::min(lease.last, before - 1), key, consumer.number);
    while (row.step()) {
      if (consumer.selection->selects(db, names_, row.integer(0))) return true;
    }
  }
  return false;
}

// Writes a row that waits, behind the earlier ones of its key and before the later ones.
void ConsumerRows::park(Work& work, const Consumer& consumer, Row row) {
  row.state = State::waiting;
  row.owner = 0;
  if (!row.key.empty()) {
    Query earlier(
        work.db, "SELECT 1 FROM ashlar_delivery WHERE consumer = ? AND key = ? AND sequence < ? AND state <> 0 LIMIT 1",
        consumer.number, row.key, row.sequence);
    if (earlier.step() || in_a_lease(work.db, consumer, row.key, row.sequence, 0)) row.state = State::blocked;
    Query(work.db, "UPDATE ashlar_delivery SET state = 3 WHERE consumer = ? AND key = ? AND sequence > ? AND state = 1",
          consumer.number, row.key, row.sequence)
        .run();
  }
  write(work, consumer, row);
  work.wakes_all = true;
}

// It is settled for good. Where a lease runs over it, or a claim will come by once more, a row says so.
void ConsumerRows::finish(Work& work, const Consumer& consumer, std::int64_t sequence, const std::string& key) {
  if (sequence >= consumer.next || lease_of(work.db, consumer, sequence)) {
    write(work, consumer, {.sequence = sequence, .state = State::done});
  } else {
    Query(work.db, "DELETE FROM ashlar_delivery WHERE consumer = ? AND sequence = ?", consumer.number, sequence).run();
  }
  Query(work.db, "DELETE FROM ashlar_kept_event WHERE consumer = ? AND sequence = ?", consumer.number, sequence).run();
  if (!key.empty()) unblock(work, consumer, key);
}

std::optional<StoredEvent> ConsumerRows::event_of(Connection& db, const Consumer& consumer, const Row& row) {
  if (row.asked == Asked::by_retry) {
    Query kept(db,
               "SELECT sequence, name, " ASHLAR_EVENT_COLUMNS
               " FROM ashlar_kept_event WHERE consumer = ? AND sequence = ?",
               consumer.number, row.sequence);
    if (kept.step()) return read_event(kept, db, names_);
  }
  Query event(db, "SELECT sequence, name, " ASHLAR_EVENT_COLUMNS " FROM ashlar_log WHERE sequence = ?", row.sequence);
  return event.step() ? std::optional(read_event(event, db, names_)) : std::nullopt;
}

void ConsumerRows::unblock(Work& work, const Consumer& consumer, const std::string& key) {
  std::int64_t first = 0;
  {
    Query row(
        work.db,
        "SELECT sequence, state FROM ashlar_delivery WHERE consumer = ? AND key = ? AND state <> 0 ORDER BY sequence "
        "LIMIT 1",
        consumer.number, key);
    if (!row.step() || row.integer(1) != static_cast<int>(State::blocked)) return;
    first = row.integer(0);
  }
  if (in_a_lease(work.db, consumer, key, first, 0)) return;
  Query(work.db, "UPDATE ashlar_delivery SET state = 1 WHERE consumer = ? AND sequence = ?", consumer.number, first)
      .run();
  work.wakes_all = true;
}

bool ConsumerRows::has_rows_from(Connection& db, const Consumer& consumer, std::int64_t sequence) {
  return Query(db, "SELECT 1 FROM ashlar_delivery WHERE consumer = ? AND sequence >= ? LIMIT 1", consumer.number,
               sequence)
      .step();
}

bool ConsumerRows::has_blocked(Connection& db, const Consumer& consumer) {
  return Query(db, "SELECT 1 FROM ashlar_delivery WHERE consumer = ? AND state = 3 LIMIT 1", consumer.number).step();
}

// Of each key that has blocked rows the first of them.
std::vector<ConsumerRows::Row> ConsumerRows::first_blocked(Connection& db, const Consumer& consumer) {
  std::vector<Row> found;
  std::string key;
  for (;;) {
    {
      Query next(db, "SELECT min(key) FROM ashlar_delivery WHERE consumer = ? AND key > ? AND state = 3",
                 consumer.number, key);
      if (!next.step() || next.is_null(0)) return found;
      key = next.text(0);
    }
    Query row(db,
              "SELECT " ASHLAR_DELIVERY_COLUMNS
              " FROM ashlar_delivery WHERE consumer = ? AND key = ? AND state = 3 ORDER BY sequence LIMIT 1",
              consumer.number, key);
    if (row.step()) found.push_back(read_row(row));
  }
}

void ConsumerRows::unblock_all(Work& work, const Consumer& consumer) {
  if (!has_blocked(work.db, consumer)) return;
  for (const Row& row : first_blocked(work.db, consumer)) unblock(work, consumer, row.key);
}

// Whether `owner` may have it: its time has come, and all earlier events of its key are settled or held by the same owner.
bool ConsumerRows::may_hold(Connection& db, const Consumer& consumer, const Row& row, Owner owner, Time now) {
  if (row.due > now && row.since <= now + clock_tolerance) return false;
  if (row.state == State::waiting || row.key.empty()) return true;
  {
    Query earlier(
        db,
        "SELECT 1 FROM ashlar_delivery WHERE consumer = ? AND key = ? AND sequence < ? AND state <> 0 AND NOT "
        "(state = 2 AND owner = ?) LIMIT 1",
        consumer.number, row.key, row.sequence, owner);
    if (earlier.step()) return false;
  }
  return !in_a_lease(db, consumer, row.key, row.sequence, owner);
}

}  // namespace ashlar::store
