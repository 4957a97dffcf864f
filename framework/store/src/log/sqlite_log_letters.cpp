// Dead letters and scheduled events.

#include "log/dead_letter_rows.hpp"
#include "log/event_rows.hpp"
#include "log/sqlite_log.hpp"
#include "query.hpp"

namespace ashlar::store {
namespace {

// Of a retry or discard, in one commit.
constexpr std::size_t step_size = 500;

// Every condition that is not given holds.
#define ASHLAR_SELECTED_LETTERS                                                                                    \
  "FROM ashlar_dead_letter WHERE (?1 = '' OR consumer = ?1) AND (?2 IS NULL OR number = ?2) AND (?3 IS NULL OR "   \
  "(consumer, grouping) = (SELECT consumer, grouping FROM ashlar_dead_letter WHERE number = ?3)) ORDER BY number " \
  "LIMIT ?4"

std::int64_t limit_of(const DeadLetterQuery& query) {
  return static_cast<std::int64_t>(std::min<std::size_t>(query.limit, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

std::vector<DeadLetter> SqliteLog::letters(Connection& db, const DeadLetterQuery& query) {
  std::vector<DeadLetter> letters;
  Query row(db,
            "SELECT number, consumer, reason, deliveries, attempts, first_failure, last_failure, sequence, name, "
            "version, " ASHLAR_EVENT_COLUMNS " " ASHLAR_SELECTED_LETTERS,
            query.consumer, query.number, query.group_of, limit_of(query));
  while (row.step()) {
    DeadLetter letter{.number = row.integer(0), .consumer = row.text(1), .reason = row.text(2)};
    letter.deliveries = static_cast<int>(row.integer(3));
    letter.attempts = attempts_of(row.text(4));
    letter.first_failure = row.time(5);
    letter.last_failure = row.time(6);
    letter.event.sequence = row.integer(7);
    letter.event.metadata.name = names_.present_name(row.text(8));
    letter.event.metadata.version = static_cast<int>(row.integer(9));
    read_columns(row, 10, letter.event);
    letters.push_back(std::move(letter));
  }
  return letters;
}

std::vector<DeadLetter> SqliteLog::dead_letters(const DeadLetterQuery& query) {
  std::vector<DeadLetter> found;
  look([&](Connection& db) { found = letters(db, query); });
  return found;
}

std::vector<DeadLetterGroup> SqliteLog::dead_letter_groups(std::string_view consumer) {
  std::vector<DeadLetterGroup> groups;
  look([&](Connection& db) {
    Query row(
        db,
        "SELECT one.consumer, one.name, one.version, one.reason, together.count, together.newest, together.first, "
        "together.last FROM (SELECT count(*) AS count, max(number) AS newest, min(first_failure) AS first, "
        "max(last_failure) AS last FROM ashlar_dead_letter WHERE ?1 = '' OR consumer = ?1 GROUP BY consumer, "
        "grouping) AS together JOIN ashlar_dead_letter AS one ON one.number = together.newest ORDER BY one.consumer, "
        "together.newest",
        consumer);
    while (row.step()) {
      groups.push_back({.consumer = row.text(0),
                        .event = names_.present_name(row.text(1)) + "@" + row.text(2),
                        .reason = row.text(3),
                        .count = row.integer(4),
                        .newest = row.integer(5),
                        .first_failure = row.time(6),
                        .last_failure = row.time(7)});
    }
  });
  return groups;
}

std::int64_t SqliteLog::bury(const DeadLetter& letter) {
  std::int64_t number = 0;
  writer_.run([&](Work& work) { number = add_dead_letter(work.db, letter, Replay::no); });
  return number;
}

// `action` says whether the letter goes.
std::vector<std::int64_t> SqliteLog::dispose(const DeadLetterQuery& query, const Noting& noting,
                                             const std::function<bool(Work&, const DeadLetter&)>& action) {
  std::vector<std::int64_t> selected;
  look([&](Connection& db) {
    Query row(db, "SELECT number " ASHLAR_SELECTED_LETTERS, query.consumer, query.number, query.group_of,
              limit_of(query));
    while (row.step()) selected.push_back(row.integer(0));
  });
  std::vector<std::int64_t> numbers;
  for (std::span<const std::int64_t> left = selected; !left.empty();) {
    const auto step = left.first(std::min(left.size(), step_size));
    left = left.subspan(step.size());
    std::vector<std::int64_t> done;
    writer_.run([&](Work& work) {
      done.clear();
      for (const std::int64_t number : step) {
        // Others may have disposed of it since.
        const auto found = letters(work.db, {.number = number});
        if (found.empty() || !action(work, found[0])) continue;
        Query(work.db, "DELETE FROM ashlar_dead_letter WHERE number = ?", number).run();
        done.push_back(number);
      }
      if (!noting || done.empty()) return;
      for (const LogAction& note : noting(done)) add_note(work.db, note);
    });
    numbers.insert(numbers.end(), done.begin(), done.end());
  }
  return numbers;
}

std::vector<std::int64_t> SqliteLog::retry(const DeadLetterQuery& query, Time now, const Noting& noting) {
  return dispose(query, noting, [&](Work& work, const DeadLetter& letter) {
    const bool known = Query(work.db, "SELECT 1 FROM ashlar_consumer WHERE name = ?", letter.consumer).step();
    if (!known || letter.event.sequence == 0) return false;
    consumers_.deliver_again(work, consumers_.find(work.db, letter.consumer), letter, now);
    return true;
  });
}

std::vector<std::int64_t> SqliteLog::discard(const DeadLetterQuery& query, const Noting& noting) {
  return dispose(query, noting, [](Work&, const DeadLetter&) { return true; });
}

std::int64_t SqliteLog::schedule(const StoredEvent& event, Time due, UnitOfWork* unit) {
  std::int64_t number = 0;
  change(unit, [&](Work& work) {
    insert_event(work.db,
                 "INSERT INTO ashlar_scheduled (due, name, version, " ASHLAR_EVENT_COLUMNS
                 ") VALUES (?, ?, ?, " ASHLAR_EVENT_PLACES ")",
                 event, due, std::string_view(event.metadata.name), event.metadata.version);
    number = sqlite3_last_insert_rowid(work.db.handle());
    work.wakes_all = true;
  });
  return number;
}

bool SqliteLog::cancel(std::int64_t number) {
  bool cancelled = false;
  writer_.run([&](Work& work) {
    cancelled = Query(work.db, "DELETE FROM ashlar_scheduled WHERE number = ?", number).run() > 0;
  });
  return cancelled;
}

namespace {

ScheduledEvent read_scheduled(const Query& row, const Names& names) {
  ScheduledEvent scheduled{.number = row.integer(0), .due = row.time(1), .event = {}};
  scheduled.event.metadata.name = names.present_name(row.text(2));
  scheduled.event.metadata.version = static_cast<int>(row.integer(3));
  read_columns(row, 4, scheduled.event);
  return scheduled;
}

}  // namespace

std::vector<ScheduledEvent> SqliteLog::scheduled(std::size_t limit) {
  std::vector<ScheduledEvent> found;
  look([&](Connection& db) {
    Query row(db,
              "SELECT number, due, name, version, " ASHLAR_EVENT_COLUMNS
              " FROM ashlar_scheduled ORDER BY due, number LIMIT ?",
              limit);
    while (row.step()) found.push_back(read_scheduled(row, names_));
  });
  return found;
}

std::vector<ScheduledEvent> SqliteLog::release_due(Time now, std::size_t limit) {
  std::vector<ScheduledEvent> released;
  writer_.run([&](Work& work) {
    released.clear();
    {
      Query row(work.db,
                "SELECT number, due, name, version, " ASHLAR_EVENT_COLUMNS
                " FROM ashlar_scheduled WHERE due <= ? ORDER BY due, number LIMIT ?",
                now, limit);
      while (row.step()) released.push_back(read_scheduled(row, names_));
    }
    for (ScheduledEvent& scheduled : released) {
      scheduled.event.sequence = append_one(work, scheduled.event).sequence;
      Query(work.db, "DELETE FROM ashlar_scheduled WHERE number = ?", scheduled.number).run();
    }
  });
  return released;
}

std::optional<Time> SqliteLog::next_due() {
  std::optional<Time> due;
  look([&](Connection& db) {
    Query row(db, "SELECT min(due) FROM ashlar_scheduled");
    row.step();
    due = row.optional_time(0);
  });
  return due;
}

}  // namespace ashlar::store
