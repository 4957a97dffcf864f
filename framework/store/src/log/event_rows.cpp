#include "log/event_rows.hpp"

namespace ashlar::store {

std::int64_t size_of(const StoredEvent& event) {
  const Metadata& metadata = event.metadata;
  return static_cast<std::int64_t>(sizeof metadata.id + metadata.name.size() + sizeof metadata.version +
                                   sizeof metadata.time + metadata.source.size() + metadata.correlation_id.size() +
                                   metadata.causation_id.size() + metadata.tenant_id.size() + metadata.user_id.size() +
                                   metadata.key.size() + event.data.size());
}

void read_columns(const Query& row, int first, StoredEvent& event) {
  Metadata& metadata = event.metadata;
  metadata.key = row.text(first);
  metadata.id = row.uuid(first + 1);
  metadata.time = row.time(first + 2);
  metadata.source = row.text(first + 3);
  metadata.correlation_id = row.text(first + 4);
  if (metadata.correlation_id.empty() && !row.is_null(first + 4)) metadata.correlation_id = metadata.id.to_string();
  metadata.causation_id = row.text(first + 5);
  metadata.tenant_id = row.text(first + 6);
  metadata.user_id = row.text(first + 7);
  event.data = row.text(first + 8);
}

StoredEvent read_event(const Query& row, Connection& db, Names& names) {
  StoredEvent event;
  event.sequence = row.integer(0);
  EventName name = names.of(db, row.integer(1));
  event.metadata.name = std::move(name.name);
  event.metadata.version = name.version;
  read_columns(row, 2, event);
  return event;
}

}  // namespace ashlar::store
