#include <fmt/format.h>

#include <algorithm>
#include <ashlar/bridge/wire_format.hpp>
#include <initializer_list>
#include <string_view>

#include "formats/envelope.hpp"
#include "formats/event_name.hpp"
#include "formats/fields.hpp"
#include "formats/shown.hpp"

namespace ashlar::bridge {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// In whatever case; `beginning` is in lower case.
bool begins(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), text.begin(),
                                                       [](char expected, char c) { return expected == lower(c); });
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return text.size() == name.size() && begins(text, name); });
}

void check_content(const Message& message, std::size_t max_bytes) {
  if (message.body.size() > max_bytes) {
    throw WireError(fmt::format("body: {} bytes, and the limit is {}", message.body.size(), max_bytes));
  }
  if (!is_one_of(message.content_encoding, {"", "utf-8", "utf8", "identity", "us-ascii"})) {
    throw WireError(fmt::format("content_encoding: {} is not understood here; send the body as UTF-8, not compressed",
                                shown(message.content_encoding)));
  }
  if (begins(message.content_type, "application/cloudevents-batch")) {
    throw WireError("content_type: a batch of CloudEvents; send each as a message of its own");
  }
}

bool is_cloud_event(const Message& message, const Fields& fields) {
  if (begins(message.content_type, "application/cloudevents+json")) return true;
  return fields.has_text(Member::spec_version) && fields.has(Member::type) && fields.has(Member::source) &&
         fields.has(Member::id);
}

// Data of their own can have members like an envelope's; then the message's type and routing key name another event.
bool is_named_otherwise(const Message& message, const Fields& fields, Member type, const TypeNames& types) {
  if (message.type.empty()) return false;
  const std::string in_body = text_of(fields.at(type)->value);
  if (in_body == message.type || in_body == message.routing_key) return false;
  const auto in_property = event_of(message.type, types);
  const auto event = event_of(in_body, types);
  return in_property && (!event || event->name != in_property->name);
}

std::optional<Envelope> recognized(const Message& message, const Fields& fields, const TypeNames& types) {
  if (is_cloud_event(message, fields)) return Envelope::cloud_event;
  if (!fields.has(Member::data) && !fields.has(Member::payload)) return std::nullopt;
  if (fields.has_text(Member::event_type)) {
    if (is_named_otherwise(message, fields, Member::event_type, types)) return std::nullopt;
    return Envelope::aggregate;
  }
  const bool says_more = fields.has(Member::id) || fields.has(Member::timestamp) || fields.has(Member::version) ||
                         fields.has(Member::source);
  if (!fields.has_text(Member::type) || !says_more) return std::nullopt;
  if (is_named_otherwise(message, fields, Member::type, types)) return std::nullopt;
  return Envelope::domain_event;
}

std::optional<Envelope> envelope_of(WireFormat format, const Message& message, const Fields& fields,
                                    const TypeNames& types) {
  switch (format) {
    case WireFormat::domain_event: return Envelope::domain_event;
    case WireFormat::aggregate:
    case WireFormat::aggregate_camel: return Envelope::aggregate;
    case WireFormat::cloudevents: return Envelope::cloud_event;
    case WireFormat::bare: return std::nullopt;
    case WireFormat::automatic: break;
  }
  return recognized(message, fields, types);
}

}  // namespace

WireEvent read(const Message& message, const ReadOptions& options, Time received) {
  check_content(message, options.max_bytes);
  std::string_view body = message.body;
  if (body.substr(0, byte_order_mark.size()) == byte_order_mark) body.remove_prefix(byte_order_mark.size());

  // The limit is that of the data, around which an envelope may stand.
  const auto max_depth = static_cast<std::size_t>(std::max(options.max_depth, 0));
  const JsonScan scan = scan_json(body, max_depth + 1);
  const Fields fields(scan.members, {});
  const OutsideOfBody outside(message, options.types);
  const bool is_object = scan.root.kind == JsonKind::object;
  const auto envelope = is_object || options.format != WireFormat::automatic
                            ? envelope_of(options.format, message, fields, options.types)
                            : std::nullopt;
  if (!envelope) {
    if (scan.depth > max_depth) {
      throw WireError(fmt::format("body: deeper than {} levels, the limit", max_depth));
    }
    return read_bare(scan.root.bytes, fields, outside, received);
  }
  if (!is_object) fail_field("body", "an object", scan.root);
  if (envelope == Envelope::cloud_event && !fields.has(Member::spec_version)) {
    throw WireError("specversion: is missing, and every CloudEvent has it");
  }
  return read_envelope(*envelope, fields, outside, options.format, received);
}

}  // namespace ashlar::bridge
