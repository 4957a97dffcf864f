// What leaves the log.

#include "log/event_rows.hpp"
#include "log/sqlite_log.hpp"
#include "query.hpp"

namespace ashlar::store {
namespace {

// In one search for events that nobody wants any more.
constexpr std::int64_t most_looked_at = 20'000;

}  // namespace

void SqliteLog::set_retention(const Retention& retention) {
  if (retention.policy == RetentionPolicy::work_queue)
    look([&](Connection& db) { reading_consumers_.check_work_queue(db); });
  std::lock_guard lock(settings_mutex_);
  retention_ = retention;
  may_refuse_ = retention.max_count || retention.max_bytes || store_.options().max_bytes;
}

std::size_t SqliteLog::retain(Time now, std::size_t limit) {
  Retention retention;
  {
    std::lock_guard lock(settings_mutex_);
    retention = retention_;
  }
  const bool by_limits = retention.policy == RetentionPolicy::limits;
  const std::vector<std::int64_t> unwanted = by_limits ? std::vector<std::int64_t>() : find_unwanted(limit);
  std::size_t removed = 0;
  writer_.run([&](Work& work) {
    Query(work.db,
          "DELETE FROM ashlar_inbox WHERE (inbox, id) IN (SELECT inbox, id FROM ashlar_inbox WHERE until <= ? LIMIT ?)",
          now, limit)
        .run();
    LogCounters left = work.counters();
    const std::vector<std::int64_t> going =
        by_limits ? over_the_limits(work.db, retention, now, limit, left) : still_unwanted(work.db, unwanted, left);
    removed = going.size();
    if (going.empty()) return;
    consumers_.forget(work, going);
    for (const std::int64_t sequence : going) {
      Query(work.db, "DELETE FROM ashlar_log WHERE sequence = ?", sequence).run();
    }
    work.change_counters() = left;
  });
  return removed;
}

// The oldest events, as far as a limit is passed; `left` is what the log has without them.
std::vector<std::int64_t> SqliteLog::over_the_limits(Connection& db, const Retention& retention, Time now,
                                                     std::size_t limit, LogCounters& left) {
  const bool discards = retention.when_over == WhenOver::discard_old;
  std::vector<std::int64_t> going;
  Query row(db, "SELECT sequence, name, " ASHLAR_EVENT_COLUMNS " FROM ashlar_log ORDER BY sequence");
  while (going.size() < limit && row.step()) {
    const StoredEvent event = read_event(row, db, names_);
    const bool goes = (retention.max_age && now - event.metadata.time > *retention.max_age) ||
                      (discards && retention.max_count && left.events > *retention.max_count) ||
                      (discards && retention.max_bytes && left.bytes > *retention.max_bytes);
    if (!goes) break;
    going.push_back(event.sequence);
    --left.events;
    left.bytes -= size_of(event);
  }
  return going;
}

// Looks at a part of the log, from where it stopped the last time, while others write.
std::vector<std::int64_t> SqliteLog::find_unwanted(std::size_t limit) {
  std::vector<std::int64_t> unwanted;
  look([&](Connection& db) {
    std::int64_t looked_at = 0;
    for (bool again = looked_up_to_ > 0;; again = false) {
      Query row(db, "SELECT sequence, name FROM ashlar_log WHERE sequence > ? ORDER BY sequence LIMIT ?", looked_up_to_,
                most_looked_at - looked_at);
      while (unwanted.size() < limit && row.step()) {
        ++looked_at;
        looked_up_to_ = row.integer(0);
        if (!reading_consumers_.is_wanted(db, row.integer(0), row.integer(1))) unwanted.push_back(row.integer(0));
      }
      if (looked_at < most_looked_at && unwanted.size() < limit) looked_up_to_ = 0;
      if (!again || !unwanted.empty()) break;
    }
  });
  return unwanted;
}

std::vector<std::int64_t> SqliteLog::still_unwanted(Connection& db, const std::vector<std::int64_t>& unwanted,
                                                    LogCounters& left) {
  std::vector<std::int64_t> going;
  for (const std::int64_t sequence : unwanted) {
    Query row(db, "SELECT sequence, name, " ASHLAR_EVENT_COLUMNS " FROM ashlar_log WHERE sequence = ?", sequence);
    if (!row.step() || consumers_.is_wanted(db, sequence, row.integer(1))) continue;
    going.push_back(sequence);
    --left.events;
    left.bytes -= size_of(read_event(row, db, names_));
  }
  return going;
}

}  // namespace ashlar::store
