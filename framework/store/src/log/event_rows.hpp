#pragma once

#include <ashlar/stream.hpp>

#include "log/names.hpp"
#include "query.hpp"

namespace ashlar::store {

// The columns of an event after its name, in every table that holds events; and their places in an INSERT.
#define ASHLAR_EVENT_COLUMNS "key, id, time, source, correlation_id, causation_id, tenant_id, user_id, data"
#define ASHLAR_EVENT_PLACES "?, ?, ?, ?, ?, ?, ?, ?, ?"

// Runs `insert`, whose first places take `before` and whose next ones an event's columns. Says whether a row was added.
template <class... Before>
bool insert_event(Connection& db, const char* insert, const StoredEvent& event, const Before&... before) {
  const Metadata& metadata = event.metadata;
  // An event's own id as its correlation is an empty text; none at all is NULL.
  std::optional<std::string_view> correlation;
  if (!metadata.correlation_id.empty()) {
    const bool own = metadata.correlation_id == metadata.id.to_string();
    correlation = own ? std::string_view() : std::string_view(metadata.correlation_id);
  }
  return Query(db, insert, before..., Filled{metadata.key}, metadata.id, metadata.time, Filled{metadata.source},
               correlation, Filled{metadata.causation_id}, Filled{metadata.tenant_id}, Filled{metadata.user_id},
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
