#pragma once

#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/time_text.hpp>
#include <nlohmann/json.hpp>

// How the programs here say what an event was.
inline nlohmann::ordered_json as_json(const ashlar::bridge::WireEvent& event) {
  const ashlar::Metadata& metadata = event.metadata;
  return {{"id", metadata.id.to_string()},
          {"type", metadata.name},
          {"version", metadata.version},
          {"time", ashlar::time_text(metadata.time)},
          {"source", metadata.source},
          {"correlation_id", metadata.correlation_id},
          {"tenant_id", metadata.tenant_id},
          {"key", metadata.key},
          {"data", event.data}};
}
