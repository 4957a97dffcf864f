#include "log/work.hpp"

#include "query.hpp"

namespace ashlar::store {

const LogCounters& Work::counters() {
  if (!counters_) {
    Query row(db, "SELECT last_sequence, events, bytes, changes FROM ashlar_log_state");
    row.step();
    counters_ = {row.integer(0), row.integer(1), row.integer(2), row.integer(3)};
  }
  return *counters_;
}

LogCounters& Work::change_counters() {
  counters();
  changed_ = true;
  return *counters_;
}

void Work::save() {
  if (wakes_all) ++change_counters().changes;
  if (!std::exchange(changed_, false)) return;
  Query(db, "UPDATE ashlar_log_state SET last_sequence = ?, events = ?, bytes = ?, changes = ?",
        counters_->last_sequence, counters_->events, counters_->bytes, counters_->changes)
      .run();
}

}  // namespace ashlar::store
