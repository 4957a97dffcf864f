#include <nlohmann/json.hpp>

#include "describe/describe.hpp"
#include "describe/event_json.hpp"

namespace ashlar::ops {
namespace {

using Json = nlohmann::ordered_json;

Json module_json(const ModuleDescription& module) {
  return {{"name", module.name},
          {"optional", module.optional},
          {"emits", module.emits},
          {"handles", module.handles},
          {"needs", module.needs},
          {"provides", module.provides},
          {"depends_on", module.depends_on}};
}

Json deprecation_json(const Deprecation& deprecation) {
  return {{"since", deprecation.since}, {"advice", deprecation.advice}};
}

Json event_json(const EventDescription& described) {
  const EventInfo& event = described.event;
  Json json = {{"name", event.name},
               {"version", event.version},
               {"module", event.module},
               {"description", event.description},
               {"type", event.type},
               {"routing_key", event.routing_key},
               {"leaves_the_process", event.leaves_the_process},
               {"has_key", event.has_key},
               {"deprecated", nullptr},
               {"deprecated_fields", Json::object()},
               {"handlers", Json::array()}};
  if (event.deprecated) json["deprecated"] = deprecation_json(*event.deprecated);
  for (const auto& [name, deprecation] : event.deprecated_fields) {
    json["deprecated_fields"][name] = deprecation_json(deprecation);
  }
  for (const HandlerDescription& handler : described.handlers) json["handlers"].push_back(handler_json(handler));
  json["schema"] = Json::parse(event.schema, nullptr, false);
  return json;
}

}  // namespace

Json handler_json(const HandlerDescription& handler) {
  Json json = {
      {"module", handler.module},     {"handler", handler.name}, {"registered_for", handler.registered_for},
      {"priority", handler.priority}, {"group", handler.group},  {"in_background", handler.run == Run::in_background}};
  if (!handler.consumer.empty()) json["consumer"] = handler.consumer;
  return json;
}

std::string describe_json(const HostDescription& host) {
  Json json = {
      {"application", host.name}, {"modules", Json::array()}, {"left_out", host.left_out}, {"events", Json::array()}};
  for (const ModuleDescription& module : host.modules) json["modules"].push_back(module_json(module));
  for (const EventDescription& event : host.events) json["events"].push_back(event_json(event));
  json["cycles"] = host.event_cycles;
  return json.dump(2) + "\n";
}

}  // namespace ashlar::ops
