#include "formats/envelope.hpp"

#include <fmt/format.h>

#include <utility>

#include "formats/event_name.hpp"
#include "formats/shown.hpp"
#include "formats/source.hpp"
#include "formats/values.hpp"

namespace ashlar::bridge {
namespace {

std::initializer_list<Member> type_members(Envelope envelope) {
  static constexpr std::initializer_list<Member> aggregate{Member::event_type, Member::type};
  static constexpr std::initializer_list<Member> others{Member::type, Member::event_type};
  return envelope == Envelope::aggregate ? aggregate : others;
}

const JsonMember* first_of(const Fields& fields, std::initializer_list<Member> members) {
  for (const Member member : members) {
    if (const JsonMember* found = fields.at(member)) return found;
  }
  return nullptr;
}

EventName name_in(Envelope envelope, const Fields& fields, const OutsideOfBody& outside) {
  const auto text = fields.text(type_members(envelope));
  if (!text) return outside.name();
  if (auto event = event_of(*text, outside.types())) return *std::move(event);
  fail_name(fields.place_of(*first_of(fields, type_members(envelope))), *text);
}

std::optional<int> version_in(Envelope envelope, const Fields& fields) {
  const JsonMember* found = envelope == Envelope::cloud_event
                                ? first_of(fields, {Member::data_version, Member::version})
                                : first_of(fields, {Member::version, Member::data_version});
  if (found == nullptr) return std::nullopt;
  const JsonSlice& value = found->value;
  std::optional<int> version;
  if (value.kind == JsonKind::text)
    version = parse_version(text_of(value));
  else if (value.kind == JsonKind::number)
    version = parse_version(value.bytes);
  if (!version) fail_field(fields.place_of(*found), "a version like 1 or \"1.0\"", value);
  return version;
}

std::optional<Time> time_in(const Fields& fields) {
  const JsonMember* found = first_of(fields, {Member::timestamp, Member::time});
  if (found == nullptr) return std::nullopt;
  std::optional<Time> time;
  if (found->value.kind == JsonKind::text) time = parse_foreign_time(text_of(found->value));
  if (!time)
    fail_field(fields.place_of(*found), "a time as ISO 8601 says, like \"2026-11-20T12:00:00Z\"", found->value);
  return time;
}

std::string data_of_cloud_event(const Fields& fields) {
  if (const JsonMember* binary = fields.at(Member::data_base64)) {
    throw WireError(
        fmt::format("{}: the data of an event are JSON, and this message has them as bytes; send them as data",
                    fields.place_of(*binary)));
  }
  const std::string type = fields.text({Member::data_content_type}).value_or("application/json");
  if (type.find("json") == type.npos) {
    throw WireError(
        fmt::format("datacontenttype: the data of an event are JSON, and this message's are {}", shown(type)));
  }
  const JsonMember* data = fields.at(Member::data);
  return data == nullptr ? "{}" : std::string(data->value.bytes);
}

std::string data_in(Envelope envelope, const Fields& fields, WireFormat asked_for) {
  if (envelope == Envelope::cloud_event) return data_of_cloud_event(fields);
  const Member usual = envelope == Envelope::aggregate ? Member::payload : Member::data;
  const Member unusual = envelope == Envelope::aggregate ? Member::data : Member::payload;
  const JsonMember* data = fields.at(usual);
  if (data == nullptr && asked_for == WireFormat::automatic) data = fields.at(unusual);
  if (data == nullptr) {
    throw WireError(fmt::format("{}: is missing, and the format {} has it", usual == Member::data ? "data" : "payload",
                                name_of(asked_for)));
  }
  return std::string(data->value.bytes);
}

// The members of `metadata`, where a sender puts what others have beside the data.
class Inner {
 public:
  Inner(Envelope envelope, const Fields& outer) {
    const JsonMember* metadata = outer.at(Member::metadata);
    if (metadata == nullptr) return;
    if (metadata->value.kind == JsonKind::object) {
      scan_ = scan_json(metadata->value.bytes, metadata->value.bytes.size());
      fields_ = Fields(scan_.members, "metadata.");
    } else if (envelope == Envelope::aggregate) {
      fail_field(outer.place_of(*metadata), "an object", metadata->value);
    }
  }
  Inner(const Inner&) = delete;
  Inner& operator=(const Inner&) = delete;

  const Fields& fields() const { return fields_; }

 private:
  JsonScan scan_{};
  Fields fields_{};  // points into it
};

// A text of the body, from beside the data or from `metadata`.
std::string either(const Fields& fields, const Inner& inner, std::initializer_list<Member> members) {
  auto text = fields.identifier(members);
  if (!text) text = inner.fields().identifier(members);
  return std::move(text).value_or(std::string());
}

void read_texts(Metadata& event, Envelope envelope, const Fields& fields, const Inner& inner) {
  event.source = either(fields, inner, {Member::source});
  if (envelope == Envelope::cloud_event) event.source = module_of_cloud_source(event.source);
  event.correlation_id = either(fields, inner, {Member::correlation_id});
  event.causation_id = either(fields, inner, {Member::causation_id});
  event.tenant_id = either(fields, inner, {Member::tenant_id, Member::organization_id});
  event.user_id = either(fields, inner, {Member::user_id});
  const Member key = envelope == Envelope::cloud_event ? Member::subject : Member::aggregate_id;
  event.key = fields.identifier({key}).value_or(std::string());
}

std::optional<Time> time_in_data(const Fields& fields) {
  for (const Member member : {Member::created_at, Member::timestamp}) {
    if (fields.has_text(member)) return parse_foreign_time(text_of(fields.at(member)->value));
  }
  return std::nullopt;
}

}  // namespace

WireEvent read_envelope(Envelope envelope, const Fields& fields, const OutsideOfBody& outside, WireFormat asked_for,
                        Time received) {
  WireEvent wire;
  Metadata& event = wire.metadata;
  const EventName name = name_in(envelope, fields, outside);
  event.name = name.name;
  event.version = outside.version(name, version_in(envelope, fields));
  const auto id = envelope == Envelope::aggregate ? fields.identifier({Member::event_id, Member::id})
                                                  : fields.identifier({Member::id, Member::event_id});
  event.id = outside.id(id);
  event.time = outside.time(time_in(fields), received);
  const Inner inner(envelope, fields);
  read_texts(event, envelope, fields, inner);
  outside.fill(event);
  // Where it is the id, it stands there because the event has no key.
  if (event.key == id && !outside.header(Member::event_key)) event.key.clear();
  wire.data = data_in(envelope, fields, asked_for);
  wire.traceparent = outside.header(Member::traceparent).value_or(either(fields, inner, {Member::traceparent}));
  return wire;
}

WireEvent read_bare(std::string_view data, const Fields& fields, const OutsideOfBody& outside, Time received) {
  WireEvent wire;
  Metadata& event = wire.metadata;
  // Some have the type, the id and the time among the data; what the message itself says counts more.
  std::optional<std::string> type, id;
  std::optional<Time> time;
  if (fields.has_text(Member::event_type)) {
    type = fields.text({Member::event_type});
    if (outside.message().message_id.empty() && fields.has_text(Member::event_id)) id = fields.text({Member::event_id});
    if (!outside.message().timestamp_s) time = time_in_data(fields);
  }
  const EventName name = outside.name(type.value_or(std::string()));
  event.name = name.name;
  event.version = outside.version(name, std::nullopt);
  event.id = outside.id(id);
  event.time = outside.time(time, received);
  outside.fill(event);
  wire.data = data;
  wire.traceparent = outside.header(Member::traceparent).value_or(std::string());
  return wire;
}

}  // namespace ashlar::bridge
