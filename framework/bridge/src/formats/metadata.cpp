#include "formats/metadata.hpp"

#include <fmt/format.h>

#include <ashlar/utf8.hpp>
#include <utility>

#include "formats/shown.hpp"
#include "formats/values.hpp"

namespace ashlar::bridge {
namespace {

bool is_empty(const HeaderValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && text->empty();
}

}  // namespace

OutsideOfBody::OutsideOfBody(const Message& message, const TypeNames& types) : message_(message), types_(types) {
  for (const auto& [name, value] : message.headers) {
    const auto known = member_of(name);
    if (!known || is_empty(value)) continue;
    const HeaderValue*& slot = headers_[static_cast<std::size_t>(*known)];
    if (slot == nullptr) slot = &value;
  }
}

std::optional<std::string> OutsideOfBody::header(Member name) const {
  const HeaderValue* value = headers_[static_cast<std::size_t>(name)];
  if (value == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<std::int64_t>(value)) return std::to_string(*number);
  return as_utf8(std::get<std::string>(*value));
}

EventName OutsideOfBody::name(std::string_view in_data) const {
  const std::string in_header = header(Member::event_type).value_or(std::string());
  for (const std::string_view outside : {std::string_view(message_.type), std::string_view(in_header),
                                         std::string_view(message_.routing_key), in_data}) {
    if (outside.empty()) continue;
    if (auto event = event_of(outside, types_)) return *std::move(event);
  }
  if (!message_.routing_key.empty()) fail_name("routing key", message_.routing_key);
  if (!message_.type.empty()) fail_name("property type", message_.type);
  throw WireError("type: neither the body nor the property type nor the routing key says which event this is");
}

int OutsideOfBody::version(const EventName& name, std::optional<int> in_body) const {
  if (name.version) return *name.version;
  if (in_body) return *in_body;
  if (const auto text = header(Member::version)) {
    const auto version = parse_version(*text);
    if (!version) throw WireError(fmt::format("header version: expected a version like 1, got {}", shown(*text)));
    return *version;
  }
  const auto by_key = event_of(message_.routing_key, types_);
  return by_key && by_key->name == name.name ? by_key->version.value_or(1) : 1;
}

Uuid OutsideOfBody::id(const std::optional<std::string>& in_body) const {
  if (in_body) {
    if (const auto id = parse_foreign_id(*in_body)) return *id;
  }
  if (!message_.message_id.empty()) {
    if (const auto id = parse_foreign_id(message_.message_id)) return *id;
  }
  if (const auto text = header(Member::event_id)) {
    if (const auto id = parse_foreign_id(*text)) return *id;
  }
  return id_of_bytes(message_);
}

Time OutsideOfBody::time(std::optional<Time> in_body, Time received) const {
  if (!in_body && message_.timestamp_s) in_body = time_of_seconds(*message_.timestamp_s);
  return in_body.value_or(received);
}

void OutsideOfBody::fill(std::string& text, Member name, std::string_view property) const {
  if (!text.empty()) return;
  text = as_utf8(property);
  if (text.empty()) text = header(name).value_or(std::string());
}

void OutsideOfBody::fill(Metadata& event) const {
  fill(event.source, Member::source);
  if (event.source.empty()) event.source = as_utf8(message_.app_id);
  fill(event.correlation_id, Member::correlation_id, message_.correlation_id);
  fill(event.causation_id, Member::causation_id);
  fill(event.tenant_id, Member::tenant_id);
  fill(event.tenant_id, Member::organization_id);
  fill(event.user_id, Member::user_id);
  // Says more than the body, where an aggregate_id has to stand.
  if (auto key = header(Member::event_key)) event.key = *std::move(key);
  fill(event.key, Member::aggregate_id);
}

}  // namespace ashlar::bridge
