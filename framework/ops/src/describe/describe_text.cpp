#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "describe/describe.hpp"

namespace ashlar::ops {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void list(Out out, std::string_view label, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    fmt::format_to(out, "       {:9}{}\n", &name == names.data() ? label : "", name);
  }
}

void write_module(Out out, std::size_t place, const ModuleDescription& module) {
  fmt::format_to(out, "{:4}. {}{}\n", place, module.name, module.optional ? " (optional)" : "");
  list(out, "emits", module.emits);
  list(out, "handles", module.handles);
  list(out, "needs", module.needs);
  list(out, "provides", module.provides);
}

void write_handler(Out out, std::size_t place, const HandlerDescription& handler, const std::string& event) {
  fmt::format_to(out, "{:4}. {}/{}", place, handler.module, handler.name);
  std::vector<std::string> remarks;
  if (handler.priority != 0) remarks.push_back(fmt::format("priority {}", handler.priority));
  if (!handler.group.empty()) remarks.push_back(fmt::format("in turn with group '{}'", handler.group));
  if (handler.run == Run::in_background) remarks.emplace_back("in background");
  if (!handler.consumer.empty()) remarks.push_back(fmt::format("stream consumer '{}'", handler.consumer));
  if (handler.registered_for != event) remarks.push_back(fmt::format("matched by {}", handler.registered_for));
  if (!remarks.empty()) fmt::format_to(out, " ({})", fmt::join(remarks, ", "));
  fmt::format_to(out, "\n");
}

void write_event(Out out, const HostDescription& host, const EventDescription& described) {
  const std::string event = event_text(described.event);
  fmt::format_to(out, "\n  {}, published by {}{}{}\n", event, described.event.module,
                 is_left_out(host, described.event.module) ? ", which is left out" : "",
                 described.event.leaves_the_process ? ", leaves the process" : "");
  if (!described.event.description.empty()) fmt::format_to(out, "    {}\n", described.event.description);
  if (const auto& deprecated = described.event.deprecated) {
    fmt::format_to(out, "    deprecated since {}: {}\n", deprecated->since, deprecated->advice);
  }
  for (const auto& [name, deprecation] : described.event.deprecated_fields) {
    fmt::format_to(out, "    its member {} is deprecated since {}: {}\n", name, deprecation.since, deprecation.advice);
  }
  std::size_t place = 0;
  for (const HandlerDescription& handler : described.handlers) write_handler(out, ++place, handler, event);
  if (place == 0) fmt::format_to(out, "    -- nobody handles it\n");
}

}  // namespace

bool is_left_out(const HostDescription& host, const std::string& module) {
  return std::binary_search(host.left_out.begin(), host.left_out.end(), module);
}

std::string event_text(const EventInfo& event) {
  return event.version == 1 ? event.name : fmt::format("{}@{}", event.name, event.version);
}

std::string describe_text(const HostDescription& host) {
  std::string text;
  const Out out = std::back_inserter(text);
  fmt::format_to(out, "{}: {}, {}\n", host.name, counted(host.modules.size(), "module"),
                 counted(host.events.size(), "event"));

  fmt::format_to(out, "\nModules, in the order in which they start\n\n");
  std::size_t place = 0;
  for (const ModuleDescription& module : host.modules) write_module(out, ++place, module);

  if (!host.left_out.empty()) {
    fmt::format_to(out, "\nModules that this process leaves out: {}\n", fmt::join(host.left_out, ", "));
  }

  fmt::format_to(out, "\nEvents, each with its handlers in the order in which they are called\n");
  for (const EventDescription& event : host.events) write_event(out, host, event);

  if (!host.event_cycles.empty()) {
    fmt::format_to(out, "\nCycles: modules that handle each other's events\n\n");
    for (const auto& cycle : host.event_cycles) fmt::format_to(out, "  {}\n", fmt::join(cycle, " -> "));
  }
  return text;
}

}  // namespace ashlar::ops
