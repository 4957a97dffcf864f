#include "log/event_rows.hpp"

#include <array>

namespace ashlar::store {

std::int64_t size_of(const StoredEvent& event) {
  const Metadata& metadata = event.metadata;
  return static_cast<std::int64_t>(sizeof metadata.id + metadata.name.size() + sizeof metadata.version +
                                   sizeof metadata.time + metadata.source.size() + metadata.correlation_id.size() +
                                   metadata.causation_id.size() + metadata.tenant_id.size() + metadata.user_id.size() +
                                   metadata.key.size() + event.data.size());
}

EventRow::EventRow(const StoredEvent& event)
    : name(event.metadata.name),
      version(event.metadata.version),
      bytes(size_of(event)),
      key(event.metadata.key),
      id(event.metadata.id),
      time(event.metadata.time),
      source(event.metadata.source),
      causation_id(event.metadata.causation_id),
      tenant_id(event.metadata.tenant_id),
      user_id(event.metadata.user_id),
      data(event.data) {
  const std::string& correlation = event.metadata.correlation_id;
  if (!correlation.empty()) correlation_id = correlation == id.to_string() ? "" : std::string_view(correlation);
}

OwnEventRow::OwnEventRow(const StoredEvent& event) : row_(event) {
  std::array<std::string_view*, 8> texts{&row_.name,      &row_.key,     &row_.source, &row_.causation_id,
                                         &row_.tenant_id, &row_.user_id, &row_.data};
  if (row_.correlation_id) texts.back() = &*row_.correlation_id;
  std::size_t size = 0;
  for (const std::string_view* text : texts) size += text == nullptr ? 0 : text->size();
  texts_.reserve(size);
  for (std::string_view* text : texts) {
    if (text == nullptr) continue;
    const std::size_t begin = texts_.size();
    texts_ += *text;
    *text = std::string_view(texts_).substr(begin);
  }
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
