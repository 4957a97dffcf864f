#pragma once

#include <ashlar/stream.hpp>

#include "log/names.hpp"
#include "query.hpp"

namespace ashlar::store {

// The columns of an event after its name, in every table that holds events; and their places in an INSERT.
#define ASHLAR_EVENT_COLUMNS "key, id, time, source, correlation_id, causation_id, tenant_id, user_id, data"
#define ASHLAR_EVENT_PLACES "?, ?, ?, ?, ?, ?, ?, ?, ?"

// An event as it is bound to a statement; its texts are somebody else's.
struct EventRow {
  EventRow(const StoredEvent& event);

  std::string_view name;
  int version;
  std::int64_t bytes;  // what it counts for in the log's own accounts: see size_of()
  std::string_view key;
  Uuid id;
  Time time;
  std::string_view source;
  std::optional<std::string_view> correlation_id;  // its own id is an empty text; none at all is NULL
  std::string_view causation_id;
  std::string_view tenant_id;
  std::string_view user_id;
  std::string_view data;
};

// The same with its texts in one piece of memory: made on one thread, it goes on another, and there each piece costs.
class OwnEventRow {
 public:
  explicit OwnEventRow(const StoredEvent& event);
  OwnEventRow(const OwnEventRow&) = delete;
  OwnEventRow& operator=(const OwnEventRow&) = delete;

  const EventRow& row() const { return row_; }

 private:
  EventRow row_;
  std::string texts_;
};

// Runs `insert`, whose first places take `before` and whose next ones an event's columns. Says whether a row was added.
template <class... Before>
bool insert_event(Connection& db, const char* insert, const EventRow& event, const Before&... before) {
  return Query(db, insert, before..., Filled{event.key}, event.id, event.time, Filled{event.source},
               event.correlation_id, Filled{event.causation_id}, Filled{event.tenant_id}, Filled{event.user_id},
               event.data)
             .run() > 0;
}

// What an event counts for in the log's own accounts: its data and metadata.
std::int64_t size_of(const StoredEvent& event);

// Reads the columns from `first` on into `event`.
void read_columns(const Query& row, int first, StoredEvent& event);

// A row of `SELECT sequence, name, ASHLAR_EVENT_COLUMNS FROM ashlar_log`.
StoredEvent read_event(const Query& row, Connection& db, Names& names);

}  // namespace ashlar::store
