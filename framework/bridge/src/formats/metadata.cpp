#include "formats/metadata.hpp"

#include <fmt/format.h>

#include "formats/utf8.hpp"
#include "formats/values.hpp"

namespace ashlar::bridge {
namespace {

void fill(std::string& text, const std::string& property, std::initializer_list<std::string_view> headers,
          const Message& message) {
  if (!text.empty()) return;
  text = is_utf8(property) ? property : as_utf8(property);
  if (text.empty()) text = header(message, headers).value_or(std::string());
}

}  // namespace

EventName name_outside_of_body(const Message& message, const TypeNames& types, std::string_view in_data) {
  const std::string in_header = header(message, {"event_type", "event-type", "eventType"}).value_or(std::string());
  for (const std::string_view outside :
       {std::string_view(message.type), std::string_view(in_header), std::string_view(message.routing_key), in_data}) {
    if (outside.empty()) continue;
    if (auto event = event_of(outside, types)) return *std::move(event);
  }
  if (!message.routing_key.empty()) fail_name("routing key", message.routing_key);
  if (!message.type.empty()) fail_name("property type", message.type);
  throw WireError("type: neither the body nor the property type nor the routing key says which event this is");
}

int version_of(const EventName& name, std::optional<int> in_body, const Message& message, const TypeNames& types) {
  if (name.version) return *name.version;
  if (in_body) return *in_body;
  if (const auto text = header(message, {"version"})) {
    const auto version = parse_version(*text);
    if (!version) throw WireError(fmt::format("header version: expected a version like 1, got {}", shown(*text)));
    return *version;
  }
  const auto by_key = event_of(message.routing_key, types);
  return by_key && by_key->name == name.name ? by_key->version.value_or(1) : 1;
}

Uuid id_of(const std::optional<std::string>& in_body, const Message& message) {
  for (const auto& text :
       {in_body, std::optional(message.message_id), header(message, {"event_id", "event-id", "eventId"})}) {
    if (!text || text->empty()) continue;
    if (const auto id = parse_foreign_id(*text)) return *id;
  }
  return id_of_bytes(message);
}

Time time_of(std::optional<Time> in_body, const Message& message, Time received) {
  if (!in_body && message.timestamp_s) in_body = time_of_seconds(*message.timestamp_s);
  return in_body.value_or(received);
}

void fill_from_outside_of_body(Metadata& event, const Message& message) {
  fill(event.source, {}, {"source"}, message);
  fill(event.source, message.app_id, {}, message);
  fill(event.correlation_id, message.correlation_id, {"correlation-id", "correlation_id", "correlationId"}, message);
  fill(event.causation_id, {}, {"causation-id", "causation_id", "causationId"}, message);
  fill(event.tenant_id, {},
       {"tenant-id", "tenant_id", "tenantId", "organization-id", "organization_id", "organizationId"}, message);
  fill(event.user_id, {}, {"user-id", "user_id", "userId"}, message);
  // Says more than the body, where an aggregate_id has to stand.
  if (auto key = header(message, {"event-key"})) event.key = *std::move(key);
  fill(event.key, {}, {"aggregate_id", "aggregate-id", "aggregateId"}, message);
}

}  // namespace ashlar::bridge
