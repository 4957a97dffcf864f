#include "log/work.hpp"

#include "query.hpp"

namespace ashlar::store {

LogCounters read_counters(Connection& db) {
  LogCounters counters;
  Query state(db, "SELECT last_sequence, total_bytes, removed_events, removed_bytes, changes FROM ashlar_log_state");
  state.step();
  counters.last_sequence = state.integer(0);
  counters.total_bytes = state.integer(1);
  counters.changes = state.integer(4);
  Query newest(db, "SELECT sequence, total_bytes FROM ashlar_log ORDER BY sequence DESC LIMIT 1");
  if (newest.step() && newest.integer(0) >= counters.last_sequence) {
    counters.last_sequence = newest.integer(0);
    counters.total_bytes = newest.integer(1);
  }
  counters.events = counters.last_sequence - state.integer(2);
  counters.bytes = counters.total_bytes - state.integer(3);
  return counters;
}

const LogCounters& Work::counters() {
  if (!counters_) {
    counters_ = read_counters(db);
  }
  return *counters_;
}

LogCounters& Work::change_counters() {
  counters();
  changed_ = true;
  return *counters_;
}

void Work::count(std::int64_t bytes) {
  counters();
  ++counters_->last_sequence;
  ++counters_->events;
  counters_->total_bytes += bytes;
  counters_->bytes += bytes;
  ++events;
}

void Work::save() {
  if (wakes_all) ++change_counters().changes;
  if (!std::exchange(changed_, false)) return;
  Query(db,
        "UPDATE ashlar_log_state SET last_sequence = ?, total_bytes = ?, removed_events = ?, removed_bytes = ?, "
        "changes = ?",
        counters_->last_sequence, counters_->total_bytes, counters_->last_sequence - counters_->events,
        counters_->total_bytes - counters_->bytes, counters_->changes)
      .run();
}

}  // namespace ashlar::store
