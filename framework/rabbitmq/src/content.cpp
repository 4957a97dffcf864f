#include "content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "connection.hpp"
#include "failure.hpp"

namespace ashlar::rabbitmq {
namespace {

constexpr std::size_t longest_short_string = 255;
// The smallest frame that brokers agree on in practice is 128 KiB; this leaves room for all other properties.
constexpr std::size_t longest_headers = 100'000;
constexpr std::size_t longest_other_properties = 2'200;
constexpr std::size_t frame_overhead = 8;
constexpr std::uint8_t persistent = 2;

std::size_t size_of(const bridge::HeaderValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? text->size() + 4 : 8;
}

std::size_t size_of(const std::map<std::string, bridge::HeaderValue, std::less<>>& headers) {
  std::size_t size = 4;
  for (const auto& [key, value] : headers) size += 1 + key.size() + 1 + size_of(value);
  return size;
}

std::string json_text(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (byte < 0x20) {
      json += fmt::format("\\u{:04x}", byte);
    } else {
      json += c;
    }
  }
  return json += '"';
}

std::string json_number(double number) { return std::isfinite(number) ? fmt::format("{}", number) : "null"; }

// Deeper than this nobody means it, and each level costs stack.
constexpr int deepest = 32;

std::string json_of(const amqp_field_value_t& field, int depth = 0) {
  const auto& value = field.value;
  switch (field.kind) {
    case AMQP_FIELD_KIND_BOOLEAN: return value.boolean != 0 ? "true" : "false";
    case AMQP_FIELD_KIND_I8: return std::to_string(value.i8);
    case AMQP_FIELD_KIND_U8: return std::to_string(value.u8);
    case AMQP_FIELD_KIND_I16: return std::to_string(value.i16);
    case AMQP_FIELD_KIND_U16: return std::to_string(value.u16);
    case AMQP_FIELD_KIND_I32: return std::to_string(value.i32);
    case AMQP_FIELD_KIND_U32: return std::to_string(value.u32);
    case AMQP_FIELD_KIND_I64: return std::to_string(value.i64);
    case AMQP_FIELD_KIND_U64:
    case AMQP_FIELD_KIND_TIMESTAMP: return std::to_string(value.u64);
    case AMQP_FIELD_KIND_F32: return json_number(static_cast<double>(value.f32));
    case AMQP_FIELD_KIND_F64: return json_number(value.f64);
    case AMQP_FIELD_KIND_DECIMAL: return fmt::format("{}e-{}", value.decimal.value, value.decimal.decimals);
    case AMQP_FIELD_KIND_UTF8:
    case AMQP_FIELD_KIND_BYTES: return json_text(view_of(value.bytes));
    case AMQP_FIELD_KIND_ARRAY: {
      std::string json = "[";
      for (int i = 0; i < value.array.num_entries && depth < deepest; ++i) {
        json += (i == 0 ? "" : ",") + json_of(value.array.entries[i], depth + 1);
      }
      return json + "]";
    }
    case AMQP_FIELD_KIND_TABLE: {
      std::string json = "{";
      for (int i = 0; i < value.table.num_entries && depth < deepest; ++i) {
        const amqp_table_entry_t& entry = value.table.entries[i];
        json += (i == 0 ? "" : ",") + json_text(view_of(entry.key)) + ":" + json_of(entry.value, depth + 1);
      }
      return json + "}";
    }
    default: return "null";
  }
}

bridge::HeaderValue value_of(const amqp_field_value_t& field) {
  const auto& value = field.value;
  switch (field.kind) {
    case AMQP_FIELD_KIND_UTF8:
    case AMQP_FIELD_KIND_BYTES: return text_of(value.bytes);
    case AMQP_FIELD_KIND_I8: return std::int64_t{value.i8};
    case AMQP_FIELD_KIND_U8: return std::int64_t{value.u8};
    case AMQP_FIELD_KIND_I16: return std::int64_t{value.i16};
    case AMQP_FIELD_KIND_U16: return std::int64_t{value.u16};
    case AMQP_FIELD_KIND_I32: return std::int64_t{value.i32};
    case AMQP_FIELD_KIND_U32: return std::int64_t{value.u32};
    case AMQP_FIELD_KIND_I64: return std::int64_t{value.i64};
    case AMQP_FIELD_KIND_U64:
    case AMQP_FIELD_KIND_TIMESTAMP:
      if (value.u64 <= std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        return static_cast<std::int64_t>(value.u64);
      return json_of(field);
    default: return json_of(field);
  }
}

}  // namespace

std::string why_not(const bridge::Message& message, std::size_t max_message_bytes) {
  const auto too_long = [](std::string_view what, std::size_t size) {
    return fmt::format("{} is {} bytes long, and AMQP carries at most 255", what, size);
  };
  const std::pair<std::string_view, const std::string&> short_strings[] = {
      {"the routing key", message.routing_key},
      {"message_id", message.message_id},
      {"type", message.type},
      {"content_type", message.content_type},
      {"content_encoding", message.content_encoding},
      {"correlation_id", message.correlation_id},
      {"app_id", message.app_id}};
  for (const auto& [what, text] : short_strings) {
    if (text.size() > longest_short_string) return too_long(what, text.size());
  }
  if (message.body.size() > max_message_bytes) {
    return fmt::format("the body is {} bytes large, and the limit is max_message_bytes = {}", message.body.size(),
                       max_message_bytes);
  }
  if (message.timestamp_s && *message.timestamp_s < 0) return "the timestamp is before 1970, which AMQP cannot say";
  for (const auto& [key, value] : message.headers) {
    if (key.size() > longest_short_string) return too_long("the name of a header", key.size());
  }
  const std::size_t headers = size_of(message.headers);
  if (headers > longest_headers) {
    return fmt::format("the headers are {} bytes large, and a frame carries at most {}", headers, longest_headers);
  }
  return {};
}

void ContentWriter::write(const bridge::Message& message, std::size_t longest_frame, OutBuffer& out) {
  amqp_basic_publish_t publish{0, bytes_of(exchange_), bytes_of(message.routing_key), 1, 0};
  out.method(Connection::channel, AMQP_BASIC_PUBLISH_METHOD, &publish);

  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
  properties.delivery_mode = persistent;
  const auto set = [&](amqp_bytes_t& property, const std::string& text, amqp_flags_t flag) {
    if (text.empty()) return;
    property = bytes_of(text);
    properties._flags |= flag;
  };
  set(properties.message_id, message.message_id, AMQP_BASIC_MESSAGE_ID_FLAG);
  set(properties.type, message.type, AMQP_BASIC_TYPE_FLAG);
  set(properties.content_type, message.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG);
  set(properties.content_encoding, message.content_encoding, AMQP_BASIC_CONTENT_ENCODING_FLAG);
  set(properties.correlation_id, message.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG);
  set(properties.app_id, message.app_id, AMQP_BASIC_APP_ID_FLAG);
  if (message.timestamp_s) {
    properties.timestamp = static_cast<std::uint64_t>(*message.timestamp_s);
    properties._flags |= AMQP_BASIC_TIMESTAMP_FLAG;
  }
  std::size_t longest = longest_other_properties;
  if (!message.headers.empty()) {
    headers_.clear();
    for (const auto& [key, value] : message.headers) {
      amqp_table_entry_t& entry = headers_.emplace_back();
      entry.key = bytes_of(key);
      if (const auto* text = std::get_if<std::string>(&value)) {
        entry.value.kind = AMQP_FIELD_KIND_UTF8;
        entry.value.value.bytes = bytes_of(*text);
      } else {
        entry.value.kind = AMQP_FIELD_KIND_I64;
        entry.value.value.i64 = std::get<std::int64_t>(value);
      }
    }
    properties.headers = {static_cast<int>(headers_.size()), headers_.data()};
    properties._flags |= AMQP_BASIC_HEADERS_FLAG;
    longest += size_of(message.headers);
  }
  out.content_header(Connection::channel, message.body.size(), properties, longest);
  const std::size_t part = longest_frame - frame_overhead;
  for (std::size_t at = 0; at < message.body.size(); at += part) {
    out.body(Connection::channel, std::string_view(message.body).substr(at, part));
  }
}

void check_class(const amqp_frame_t& header) {
  if (header.payload.properties.class_id != AMQP_BASIC_CLASS) {
    throw line_failure(fmt::format("the broker sent content of class {}", header.payload.properties.class_id));
  }
}

void read_properties(const amqp_basic_properties_t& properties, bridge::Message& message) {
  const auto get = [&](std::string& text, const amqp_bytes_t& property, amqp_flags_t flag) {
    if ((properties._flags & flag) != 0) text = text_of(property);
  };
  get(message.message_id, properties.message_id, AMQP_BASIC_MESSAGE_ID_FLAG);
  get(message.type, properties.type, AMQP_BASIC_TYPE_FLAG);
  get(message.content_type, properties.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG);
  get(message.content_encoding, properties.content_encoding, AMQP_BASIC_CONTENT_ENCODING_FLAG);
  get(message.correlation_id, properties.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG);
  get(message.app_id, properties.app_id, AMQP_BASIC_APP_ID_FLAG);
  if ((properties._flags & AMQP_BASIC_TIMESTAMP_FLAG) != 0) {
    constexpr std::uint64_t most{std::numeric_limits<std::int64_t>::max()};
    message.timestamp_s = static_cast<std::int64_t>(std::min(properties.timestamp, most));
  }
  if ((properties._flags & AMQP_BASIC_HEADERS_FLAG) == 0) return;
  for (int i = 0; i < properties.headers.num_entries; ++i) {
    const amqp_table_entry_t& header = properties.headers.entries[i];
    message.headers.insert_or_assign(text_of(header.key), value_of(header.value));
  }
}

}  // namespace ashlar::rabbitmq
