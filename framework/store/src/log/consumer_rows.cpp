#include "log/consumer_rows.hpp"

#include <algorithm>
#include <ashlar/event_pattern.hpp>
#include <set>

#include "log/event_rows.hpp"

namespace ashlar::store {
namespace {

std::string joined(const std::vector<std::string>& events) {
  std::string text;
  for (const std::string& event : events) text += (text.empty() ? "" : " ") + normal_event_reference(event);
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// Where a consumer that is new begins.
std::int64_t first_of(Work& work, const StreamStart& start) {
  switch (start.at) {
    case StreamStart::At::first: return 1;
    case StreamStart::At::now: return work.counters().last_sequence + 1;
    case StreamStart::At::sequence: return std::max<std::int64_t>(start.sequence, 1);
    case StreamStart::At::time: {
      Query row(work.db, "SELECT min(sequence) FROM ashlar_log WHERE time >= ?", start.time);
      row.step();
      return row.is_null(0) ? work.counters().last_sequence + 1 : row.integer(0);
    }
  }
  return 1;
}

}  // namespace

Consumer ConsumerRows::find(Connection& db, std::string_view name) {
  Query row(
      db,
      "SELECT number, events, next, replay_before, paused, max_deliver, ack_wait, max_in_flight FROM ashlar_consumer "
      "WHERE name = ?",
      name);
  if (!row.step()) throw Error("the log knows no consumer '" + std::string(name) + "'");
  const std::string events = row.text(1);
  auto selection = selections_.find(events);
  if (selection == selections_.end()) selection = selections_.emplace(events, Selection(split(events))).first;
  return {.number = row.integer(0),
          .name = std::string(name),
          .next = row.integer(2),
          .replay_before = row.integer(3),
          .paused = row.integer(4) != 0,
          .max_deliver = static_cast<int>(row.integer(5)),
          .ack_wait = std::chrono::milliseconds(row.integer(6)),
          .max_in_flight = row.integer(7),
          .selection = &selection->second};
}

void ConsumerRows::open(Work& work, const ConsumerSettings& settings) {
  const auto is_known = [&](const std::string& name) {
    return Query(work.db, "SELECT 1 FROM ashlar_consumer WHERE name = ?", name).step();
  };
  if (!is_known(settings.name)) {
    const auto former = std::find_if(settings.renamed_from.begin(), settings.renamed_from.end(), is_known);
    if (former != settings.renamed_from.end()) {
      Query(work.db, "UPDATE ashlar_consumer SET name = ? WHERE name = ?", settings.name, *former).run();
      Query(work.db, "UPDATE ashlar_dead_letter SET consumer = ? WHERE consumer = ?", settings.name, *former).run();
    } else {
      Query(work.db,
            "INSERT INTO ashlar_consumer (name, events, next, replay_before, paused, lost, max_deliver, ack_wait, "
            "max_in_flight) VALUES (?, '', ?, 0, 0, 0, 0, 0, 0)",
            settings.name, first_of(work, settings.start))
          .run();
    }
  }
  Query(work.db,
        "UPDATE ashlar_consumer SET events = ?, max_deliver = ?, ack_wait = ?, max_in_flight = ? WHERE name = ?",
        joined(settings.events), settings.max_deliver, std::int64_t{settings.ack_wait.count()}, settings.max_in_flight,
        settings.name)
      .run();
  work.wakes_all = true;
}

void ConsumerRows::remove(Work& work, std::string_view name) {
  std::int64_t number = 0;
  {
    Query row(work.db, "SELECT number FROM ashlar_consumer WHERE name = ?", name);
    if (!row.step()) return;
    number = row.integer(0);
  }
  Query(work.db, "DELETE FROM ashlar_kept_event WHERE consumer = ?", number).run();
  Query(work.db, "DELETE FROM ashlar_lease WHERE consumer = ?", number).run();
  Query(work.db, "DELETE FROM ashlar_delivery WHERE consumer = ?", number).run();
  Query(work.db, "DELETE FROM ashlar_consumer WHERE number = ?", number).run();
}

// The first event below `next` that is not settled; what was asked for again is not counted.
std::optional<std::int64_t> ConsumerRows::first_open(Connection& db, std::int64_t consumer, Selection& selection) {
  std::optional<std::int64_t> open;
  {
    Query row(db, "SELECT min(sequence) FROM ashlar_delivery WHERE consumer = ? AND state <> 0 AND asked = 0",
              consumer);
    if (row.step() && !row.is_null(0)) open = row.integer(0);
  }
  Query event(
      db,
      "SELECT sequence, name FROM ashlar_lease JOIN ashlar_log ON sequence BETWEEN first AND last WHERE consumer = "
      "?1 AND NOT EXISTS (SELECT 1 FROM ashlar_delivery WHERE consumer = ?1 AND ashlar_delivery.sequence = "
      "ashlar_log.sequence) ORDER BY first, sequence",
      consumer);
  while (event.step() && (!open || event.integer(0) < *open)) {
    if (selection.selects(db, names_, event.integer(1))) return event.integer(0);
  }
  return open;
}

std::vector<ConsumerStatus> ConsumerRows::status(Connection& db) {
  struct Counted {
    std::int64_t number = 0;
    std::int64_t next = 1;
    std::int64_t first_open = 0;  // 0: none
    Selection selection;
    std::set<std::int64_t> rows_ahead{};  // of what was asked for again before it was looked at
    ConsumerStatus status{};
  };
  std::vector<Counted> all;
  {
    Query row(db, "SELECT number, name, events, next, paused, lost FROM ashlar_consumer ORDER BY name");
    while (row.step()) {
      Counted one{
          .number = row.integer(0), .next = row.integer(3), .selection = Selection(split(row.text(2))), .status = {}};
      one.status.name = row.text(1);
      one.status.events = one.selection.events();
      one.status.paused = row.integer(4) != 0;
      one.status.lost = row.integer(5);
      all.push_back(std::move(one));
    }
  }
  for (Counted& one : all) {
    ConsumerStatus& status = one.status;
    Query row(
        db,
        "SELECT (SELECT ifnull(sum(deliveries), 0) FROM ashlar_lease WHERE consumer = ?1), "
        "(SELECT count(*) FROM ashlar_delivery WHERE consumer = ?1 AND state = 2), "
        "(SELECT count(*) FROM ashlar_delivery WHERE consumer = ?1 AND state IN (1, 3)), "
        "(SELECT count(*) FROM ashlar_delivery WHERE consumer = ?1 AND state IN (1, 3) AND (count > 0 OR asked > 0)), "
        "(SELECT count(*) FROM ashlar_dead_letter WHERE consumer = ?2)",
        one.number, status.name);
    row.step();
    status.in_flight = row.integer(0) + row.integer(1);
    status.lag = status.in_flight + row.integer(2);
    status.waiting = row.integer(3);
    status.dead = row.integer(4);
    one.first_open = first_open(db, one.number, one.selection).value_or(0);
    if (one.first_open != 0) status.position = one.first_open - 1;
    Query ahead(db, "SELECT sequence FROM ashlar_delivery WHERE consumer = ? AND sequence >= ?", one.number, one.next);
    while (ahead.step()) one.rows_ahead.insert(ahead.integer(0));
  }
  // What lies before them all is looked at once.
  std::int64_t from = std::numeric_limits<std::int64_t>::max();
  for (const Counted& one : all) from = std::min(from, one.next);
  std::int64_t last = 0;
  { last = read_counters(db).last_sequence; }
  Query event(db, "SELECT sequence, name FROM ashlar_log WHERE sequence >= ? ORDER BY sequence", from);
  while (event.step()) {
    const std::int64_t sequence = event.integer(0);
    for (Counted& one : all) {
      if (sequence < one.next || !one.selection.selects(db, names_, event.integer(1))) continue;
      if (one.rows_ahead.contains(sequence)) continue;
      ++one.status.lag;
      if (one.first_open == 0) {
        one.first_open = sequence;
        one.status.position = sequence - 1;
      }
    }
  }
  std::vector<ConsumerStatus> statuses;
  for (Counted& one : all) {
    if (one.first_open == 0) one.status.position = last;
    statuses.push_back(std::move(one.status));
  }
  return statuses;
}

std::vector<std::int64_t> ConsumerRows::replay(Work& work, const Consumer& consumer, std::int64_t from, std::int64_t to,
                                               Time now) {
  std::vector<Row> rows;
  {
    Query event(work.db, "SELECT sequence, name, key FROM ashlar_log WHERE sequence BETWEEN ? AND ? ORDER BY sequence",
                from, std::min(to, consumer.next - 1));
    while (event.step()) {
      if (!consumer.selection->selects(work.db, names_, event.integer(1))) continue;
      rows.push_back({.sequence = event.integer(0),
                      .key = event.text(2),
                      .since = now,
                      .due = now,
                      .replay = true,
                      .asked = Asked::by_replay});
    }
  }
  std::vector<std::int64_t> replayed;
  for (Row& row : rows) {
    const auto known = row_of(work.db, consumer, row.sequence);
    const bool settled = known ? known->state == State::done : !lease_of(work.db, consumer, row.sequence).has_value();
    if (!settled) continue;
    replayed.push_back(row.sequence);
    park(work, consumer, std::move(row));
  }
  return replayed;
}

void ConsumerRows::rewind(Work& work, const Consumer& consumer, std::int64_t sequence) {
  const std::int64_t open = first_open(work.db, consumer.number, *consumer.selection).value_or(consumer.next);
  const std::int64_t next = std::min(std::max<std::int64_t>(sequence, 1), open);
  std::vector<Row> retried;
  {
    Query row(work.db, "SELECT sequence, key, replay FROM ashlar_delivery WHERE consumer = ? AND asked = 2",
              consumer.number);
    while (row.step()) {
      // What is stored comes anyway.
      const bool comes = row.integer(0) >= next &&
                         Query(work.db, "SELECT 1 FROM ashlar_log WHERE sequence = ?", row.integer(0)).step();
      if (comes) continue;
      retried.push_back(
          {.sequence = row.integer(0), .key = row.text(1), .replay = row.integer(2) != 0, .asked = Asked::by_retry});
    }
  }
  Query(work.db, "DELETE FROM ashlar_lease WHERE consumer = ?", consumer.number).run();
  Query(work.db, "DELETE FROM ashlar_delivery WHERE consumer = ?", consumer.number).run();
  for (Row& row : retried) park(work, consumer, std::move(row));
  Query(work.db,
        "DELETE FROM ashlar_kept_event WHERE consumer = ?1 AND NOT EXISTS (SELECT 1 FROM ashlar_delivery WHERE "
        "consumer = "
        "?1 AND ashlar_delivery.sequence = ashlar_kept_event.sequence)",
        consumer.number)
      .run();
  Query(work.db, "UPDATE ashlar_consumer SET next = ?, replay_before = max(replay_before, ?) WHERE number = ?", next,
        open, consumer.number)
      .run();
  work.wakes_all = true;
}

void ConsumerRows::deliver_again(Work& work, const Consumer& consumer, const DeadLetter& letter, Time now) {
  const StoredEvent& event = letter.event;
  if (event.sequence >= consumer.next) {
    // After a rewind it comes anyway; a row of its own would deliver it twice.
    Query stored(work.db, "SELECT name FROM ashlar_log WHERE sequence = ?", event.sequence);
    if (stored.step() && consumer.selection->selects(work.db, names_, stored.integer(0))) return;
  }
  insert_event(work.db,
               "INSERT OR REPLACE INTO ashlar_kept_event (consumer, sequence, name, " ASHLAR_EVENT_COLUMNS
               ") VALUES (?, ?, ?, " ASHLAR_EVENT_PLACES ")",
               event, consumer.number, event.sequence,
               names_.number_of(work, event.metadata.name, event.metadata.version));
  const bool replay =
      Query(work.db, "SELECT 1 FROM ashlar_dead_letter WHERE number = ? AND replay = 1", letter.number).step();
  std::optional<Row> known = row_of(work.db, consumer, event.sequence);
  if (known && known->state != State::done) {
    // It is on its way already: that is its retry.
    known->asked = Asked::by_retry;
    write(work, consumer, *known);
    return;
  }
  if (!known && lease_of(work.db, consumer, event.sequence)) return;
  park(work, consumer,
       {.sequence = event.sequence,
        .key = event.metadata.key,
        .since = now,
        .due = now,
        .replay = replay,
        .asked = Asked::by_retry});
}

// `sequences` rise.
void ConsumerRows::forget(Work& work, std::span<const std::int64_t> sequences) {
  if (sequences.empty()) return;
  std::vector<std::string> names;
  {
    // Those that have looked at everything and have nothing open lose nothing.
    Query name(
        work.db,
        "SELECT name FROM ashlar_consumer WHERE next <= ?1 OR EXISTS (SELECT 1 FROM ashlar_delivery WHERE consumer = "
        "ashlar_consumer.number AND sequence BETWEEN ?2 AND ?1) OR EXISTS (SELECT 1 FROM ashlar_lease WHERE "
        "consumer = ashlar_consumer.number AND first <= ?1 AND last >= ?2)",
        sequences.back(), sequences.front());
    while (name.step()) names.push_back(name.text(0));
  }
  for (const std::string& name : names) {
    const Consumer consumer = find(work.db, name);
    std::int64_t lost = 0;
    for (const std::int64_t sequence : sequences) {
      if (const auto row = row_of(work.db, consumer, sequence)) {
        if (row->state == State::done || row->asked == Asked::by_retry) continue;
        if (row->asked == Asked::no) ++lost;
        finish(work, consumer, sequence, row->key);
        continue;
      }
      const auto lease = sequence < consumer.next ? lease_of(work.db, consumer, sequence) : std::nullopt;
      if (sequence < consumer.next && !lease) continue;
      std::string key;
      {
        Query event(work.db, "SELECT name, key FROM ashlar_log WHERE sequence = ?", sequence);
        if (!event.step() || !consumer.selection->selects(work.db, names_, event.integer(0))) continue;
        key = event.text(1);
      }
      ++lost;
      if (!lease) continue;
      finish(work, consumer, sequence, key);
      shrink(work, consumer, *lease_of(work.db, consumer, sequence));
    }
    if (lost > 0) {
      Query(work.db, "UPDATE ashlar_consumer SET lost = lost + ? WHERE number = ?", lost, consumer.number).run();
    }
  }
}

bool ConsumerRows::is_wanted(Connection& db, std::int64_t sequence, std::int64_t name) {
  std::vector<std::string> consumers;
  {
    Query row(db, "SELECT name FROM ashlar_consumer");
    while (row.step()) consumers.push_back(row.text(0));
  }
  for (const std::string& consumer_name : consumers) {
    const Consumer consumer = find(db, consumer_name);
    if (const auto row = row_of(db, consumer, sequence)) {
      if (row->state != State::done) return true;
      continue;
    }
    if (!consumer.selection->selects(db, names_, name)) continue;
    if (sequence >= consumer.next || lease_of(db, consumer, sequence)) return true;
  }
  return false;
}

void ConsumerRows::check_work_queue(Connection& db) {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  {
    Query row(db, "SELECT name, events FROM ashlar_consumer ORDER BY name");
    while (row.step()) all.emplace_back(row.text(0), split(row.text(1)));
  }
  for (std::size_t one = 0; one < all.size(); ++one) {
    for (std::size_t other = one + 1; other < all.size(); ++other) {
      for (const std::string& a : all[one].second) {
        for (const std::string& b : all[other].second) {
          if (!overlap(a, b)) continue;
          throw Error("the log is a work queue, where each event has one consumer, but '" + all[one].first +
                      "' wants " + a + " and '" + all[other].first + "' wants " + b +
                      ": give them different events, or remove one of them");
        }
      }
    }
  }
}

}  // namespace ashlar::store
