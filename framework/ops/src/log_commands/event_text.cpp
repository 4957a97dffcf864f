#include "log_commands/event_text.hpp"

#include <fmt/format.h>

#include <ashlar/errors.hpp>
#include <ashlar/mask_secrets.hpp>
#include <ashlar/time_text.hpp>

#include "text/printable.hpp"

namespace ashlar::ops {
namespace {

using Json = nlohmann::ordered_json;

// A text where it is no JSON.
Json data_json(std::string_view data) {
  try {
    return Json::parse(mask_secrets(data));
  } catch (const JsonError&) {
    return std::string(data);
  }
}

}  // namespace

std::string event_name(const Metadata& metadata) {
  return printable(metadata.name) + "@" + std::to_string(metadata.version);
}

std::string data_text(std::string_view data) {
  try {
    return printable(mask_secrets(data));
  } catch (const JsonError&) {
    return printable(data);
  }
}

std::string labelled(std::string_view label, std::string_view value) {
  return value.empty() ? "" : fmt::format("{:14}  {}\n", label, value);
}

std::string event_text(const StoredEvent& event) {
  const Metadata& metadata = event.metadata;
  std::string text = labelled("event", event_name(metadata));
  if (event.sequence > 0) text += labelled("sequence", std::to_string(event.sequence));
  text += labelled("id", metadata.id.to_string());
  text += labelled("time", time_text(metadata.time));
  text += labelled("source", printable(metadata.source));
  text += labelled("key", printable(metadata.key));
  text += labelled("correlation id", printable(metadata.correlation_id));
  text += labelled("causation id", printable(metadata.causation_id));
  text += labelled("tenant id", printable(metadata.tenant_id));
  text += labelled("user id", printable(metadata.user_id));
  const Json data = data_json(event.data);
  return text + "\n" + (data.is_structured() ? data.dump(2) : data_text(event.data)) + "\n";
}

Json event_json(const StoredEvent& event) {
  const Metadata& metadata = event.metadata;
  return {{"sequence", event.sequence},
          {"event", metadata.name},
          {"version", metadata.version},
          {"id", metadata.id.to_string()},
          {"time", time_text(metadata.time)},
          {"source", metadata.source},
          {"key", metadata.key},
          {"correlation_id", metadata.correlation_id},
          {"causation_id", metadata.causation_id},
          {"tenant_id", metadata.tenant_id},
          {"user_id", metadata.user_id},
          {"data", data_json(event.data)}};
}

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace ashlar::ops
