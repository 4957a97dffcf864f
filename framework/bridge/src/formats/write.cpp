#include <array>
#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/time_text.hpp>
#include <ashlar/utf8.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "formats/json_scan.hpp"
#include "formats/source.hpp"

namespace ashlar::bridge {
namespace {

// AMQP's short texts end here, and a message with a longer one is refused as a whole.
constexpr std::size_t max_property_bytes = 255;

// What all formats need, as texts.
struct Texts {
  std::string id;
  std::string time;
  std::string version;
};

// Appends the members of one object.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }

  void text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_text(out_, value);
  }

  void text_if_any(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }

  void json(std::string_view name, std::string_view value) {
    begin(name);
    out_ += value;
  }

  std::string& begin(std::string_view name) {
    out_ += std::exchange(first_, false) ? "\"" : ",\"";
    out_ += name;
    return out_ += "\":";
  }

  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

void write_domain_event(std::string& out, const Metadata& event, const Texts& texts, std::string_view data) {
  Members members(out);
  members.text("id", texts.id);
  members.text("type", event.name);
  members.text("timestamp", texts.time);
  members.text("version", texts.version + ".0");
  members.text("source", event.source);
  members.text_if_any("correlationId", event.correlation_id);
  members.text_if_any("causationId", event.causation_id);
  members.text_if_any("tenantId", event.tenant_id);
  members.text_if_any("userId", event.user_id);
  members.json("data", data);
  members.end();
}

struct AggregateNames {
  std::string_view event_id, event_type, aggregate_id, aggregate_type, correlation_id, causation_id, tenant_id, user_id;
};

constexpr AggregateNames snake{"event_id",       "event_type",   "aggregate_id", "aggregate_type",
                               "correlation_id", "causation_id", "tenant_id",    "user_id"};
constexpr AggregateNames camel{"eventId",       "eventType",   "aggregateId", "aggregateType",
                               "correlationId", "causationId", "tenantId",    "userId"};

// `order_line` of `orders.order_line.added` is `OrderLine`.
std::string entity_of(std::string_view name) {
  const std::string_view before_the_action = name.substr(0, name.rfind('.'));
  std::string entity;
  bool up = true;
  for (const char c : before_the_action.substr(before_the_action.rfind('.') + 1)) {
    if (c != '_') entity += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    up = c == '_';
  }
  return entity;
}

const std::string& aggregate_id(const Metadata& event, const Texts& texts) {
  return event.key.empty() ? texts.id : event.key;
}

void write_aggregate(std::string& out, const AggregateNames& names, const Metadata& event, const Texts& texts,
                     std::string_view data, const WireOptions& options) {
  Members members(out);
  members.text(names.event_id, texts.id);
  members.text(names.event_type, event.name);
  members.text(names.aggregate_id, aggregate_id(event, texts));
  members.text(names.aggregate_type, options.aggregate_type.empty() ? entity_of(event.name) : options.aggregate_type);
  members.text("timestamp", texts.time);
  members.json("version", texts.version);
  members.text_if_any(names.correlation_id, event.correlation_id);
  members.text_if_any(names.causation_id, event.causation_id);
  members.json("payload", data);
  Members metadata(members.begin("metadata"));
  metadata.text("source", event.source);
  metadata.text_if_any(names.tenant_id, event.tenant_id);
  metadata.text_if_any(names.user_id, event.user_id);
  metadata.end();
  members.end();
}

void write_cloud_event(std::string& out, const Metadata& event, const Texts& texts, std::string_view data,
                       const WireOptions& options) {
  Members members(out);
  members.text("specversion", "1.0");
  members.text("id", texts.id);
  members.text("source", cloud_source(options.application, event.source));
  members.text("type", event.name);
  members.text("time", texts.time);
  members.text_if_any("subject", event.key);
  members.text("datacontenttype", "application/json");
  members.json("dataversion", texts.version);
  members.text_if_any("correlationid", event.correlation_id);
  members.text_if_any("causationid", event.causation_id);
  members.text_if_any("tenantid", event.tenant_id);
  members.text_if_any("userid", event.user_id);
  members.json("data", data);
  members.end();
}

void write_headers(Message& message, const Metadata& event, const WireOptions& options) {
  auto& headers = message.headers;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) headers.emplace(name, value);
  };
  headers.emplace("version", std::int64_t{event.version});
  headers.emplace("source", event.source);
  add("causation-id", event.causation_id);
  add("tenant-id", event.tenant_id);
  add("user-id", event.user_id);
  add("event-key", event.key);
  add("traceparent", options.traceparent);
  if (event.correlation_id.size() > max_property_bytes) add("correlation-id", event.correlation_id);
}

void write_aggregate_headers(Message& message, const Metadata& event, const Texts& texts) {
  message.headers.emplace("event_id", texts.id);
  message.headers.emplace("event_type", event.name);
  message.headers.emplace("aggregate_id", aggregate_id(event, texts));
  if (!event.correlation_id.empty()) message.headers.emplace("correlation_id", event.correlation_id);
}

Message write_clean(WireFormat format, const Metadata& event, std::string_view data, const WireOptions& options) {
  const Texts texts{event.id.to_string(), format == WireFormat::bare ? std::string() : time_text(event.time),
                    std::to_string(event.version)};
  Message message;
  message.routing_key = options.routing_key;
  if (message.routing_key.empty()) {
    message.routing_key = event.version == 1 ? event.name : event.name + ".v" + texts.version;
  }
  message.message_id = texts.id;
  message.type = event.name;
  message.content_type = format == WireFormat::cloudevents ? "application/cloudevents+json" : "application/json";
  message.content_encoding = "utf-8";
  if (event.correlation_id.size() <= max_property_bytes) message.correlation_id = event.correlation_id;
  message.app_id = options.application;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(event.time.time_since_epoch()).count();
  if (seconds >= 0) message.timestamp_s = seconds;
  write_headers(message, event, options);

  message.body.reserve(data.size() + 512);
  switch (format) {
    case WireFormat::domain_event: write_domain_event(message.body, event, texts, data); break;
    case WireFormat::aggregate:
    case WireFormat::aggregate_camel:
      write_aggregate(message.body, format == WireFormat::aggregate ? snake : camel, event, texts, data, options);
      write_aggregate_headers(message, event, texts);
      break;
    case WireFormat::cloudevents: write_cloud_event(message.body, event, texts, data, options); break;
    case WireFormat::bare: message.body = data; break;
    case WireFormat::automatic: throw WireError("the format `auto` is for reading; to write, name one of the others");
  }
  return message;
}

// The texts of the metadata that may have come from outside, as the header of a request for example.
template <class Event>
auto texts_of(Event& event) {
  return std::array{&event.source,    &event.correlation_id, &event.causation_id,
                    &event.tenant_id, &event.user_id,        &event.key};
}

}  // namespace

Message write(WireFormat format, const Metadata& metadata, std::string_view data, const WireOptions& options) {
  for (const std::string* text : texts_of(metadata)) {
    if (is_utf8(*text)) continue;
    Metadata clean = metadata;
    for (std::string* dirty : texts_of(clean)) *dirty = as_utf8(*dirty);
    return write_clean(format, clean, data, options);
  }
  return write_clean(format, metadata, data, options);
}

}  // namespace ashlar::bridge
