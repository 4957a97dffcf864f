#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "describe/describe.hpp"
#include "describe/event_json.hpp"
#include "text/nearest.hpp"

namespace ashlar::ops {
namespace {

using Json = nlohmann::ordered_json;

// Without a version all of them.
std::vector<const EventDescription*> find(const HostDescription& host, std::string_view wanted) {
  std::vector<const EventDescription*> found;
  for (const EventDescription& described : host.events) {
    const EventInfo& event = described.event;
    if (wanted == event.name || wanted == fmt::format("{}@{}", event.name, event.version)) found.push_back(&described);
  }
  return found;
}

std::size_t start_place(const HostDescription& host, const std::string& module) {
  const auto found = std::find_if(host.modules.begin(), host.modules.end(),
                                  [&](const ModuleDescription& each) { return each.name == module; });
  return static_cast<std::size_t>(found - host.modules.begin()) + 1;
}

bool same_turn(const HandlerDescription& a, const HandlerDescription& b) {
  return a.priority == b.priority && a.module == b.module;
}

// The reasons for a handler's being called, and for its place.
std::vector<std::string> reasons(const HostDescription& host, const EventDescription& event, std::size_t at) {
  const HandlerDescription& handler = event.handlers[at];
  std::vector<std::string> why;
  const std::string name = event_text(event.event);
  why.push_back(handler.registered_for == name
                    ? "registered for this event"
                    : fmt::format("registered for {}, which matches", handler.registered_for));
  if (!handler.consumer.empty()) {
    why.push_back(
        fmt::format("stream consumer '{}': receives it from the durable log, in order of that", handler.consumer));
    return why;
  }
  why.push_back(fmt::format("priority {}", handler.priority));
  why.push_back(fmt::format("{} starts as number {} of {}", handler.module, start_place(host, handler.module),
                            host.modules.size()));
  const auto begin = event.handlers.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(at);
  const auto is_same = [&](const HandlerDescription& each) { return same_turn(each, handler); };
  if (std::count_if(begin, event.handlers.end(), is_same) > 1) {
    why.push_back(
        fmt::format("number {} of those that {} registered", std::count_if(begin, end, is_same) + 1, handler.module));
  }
  if (handler.run == Run::in_background) {
    why.push_back(fmt::format("runs in the background, on a thread of {}", handler.module));
  }
  if (!handler.group.empty()) {
    std::vector<std::string> members;
    for (const HandlerDescription& each : event.handlers) {
      if (each.group == handler.group) members.push_back(each.module + "/" + each.name);
    }
    why.push_back(members.size() == 1 ? fmt::format("alone in the group '{}'", handler.group)
                                      : fmt::format("in the group '{}', of which one receives each event, in turn: {}",
                                                    handler.group, fmt::join(members, ", ")));
  }
  return why;
}

// Of a group it is one.
std::size_t called_each_time(const EventDescription& event) {
  std::size_t alone = 0;
  std::set<std::string> groups;
  for (const HandlerDescription& handler : event.handlers) {
    if (handler.group.empty()) {
      ++alone;
    } else {
      groups.insert(handler.group);
    }
  }
  return alone + groups.size();
}

void write_event(std::back_insert_iterator<std::string> out, const HostDescription& host,
                 const EventDescription& described) {
  const EventInfo& event = described.event;
  fmt::format_to(out, "{} is published by {}{}", event_text(event), event.module,
                 is_left_out(host, event.module) ? ", which this process leaves out" : "");
  if (event.durable) fmt::format_to(out, ", is stored in the durable log");
  if (event.leaves_the_process) fmt::format_to(out, ", leaves the process as '{}'", event.routing_key);
  if (described.handlers.empty()) {
    fmt::format_to(out, ", and nobody handles it.\n");
    return;
  }
  const std::size_t count = described.handlers.size();
  const std::size_t called = called_each_time(described);
  fmt::format_to(out, ".\n{} receive{} it{}, in this order (priority, then start order, then registration):\n\n",
                 count == 1 ? "One handler" : fmt::format("{} handlers", count), count == 1 ? "s" : "",
                 called == count ? std::string() : fmt::format(", {} of them each time", called));
  for (std::size_t i = 0; i < count; ++i) {
    const HandlerDescription& handler = described.handlers[i];
    fmt::format_to(out, "{:4}. {}/{}\n", i + 1, handler.module, handler.name);
    for (const std::string& reason : reasons(host, described, i)) fmt::format_to(out, "       {}\n", reason);
  }
}

}  // namespace

std::optional<std::string> explain_text(const HostDescription& host, std::string_view event) {
  const auto found = find(host, event);
  if (found.empty()) return std::nullopt;
  std::string text;
  for (const EventDescription* each : found) {
    if (!text.empty()) text += "\n";
    write_event(std::back_inserter(text), host, *each);
  }
  return text;
}

std::optional<std::string> explain_json(const HostDescription& host, std::string_view event) {
  const auto found = find(host, event);
  if (found.empty()) return std::nullopt;
  Json json = Json::array();
  for (const EventDescription* each : found) {
    Json handlers = Json::array();
    for (std::size_t i = 0; i < each->handlers.size(); ++i) {
      Json handler = handler_json(each->handlers[i]);
      handler["why"] = reasons(host, *each, i);
      handlers.push_back(std::move(handler));
    }
    json.push_back({{"name", each->event.name},
                    {"version", each->event.version},
                    {"module", each->event.module},
                    {"handlers", std::move(handlers)}});
  }
  return json.dump(2) + "\n";
}

std::string no_such_event(const HostDescription& host, std::string_view event) {
  std::vector<std::string> names;
  for (const EventDescription& described : host.events) names.push_back(event_text(described.event));
  const std::string meant = did_you_mean(event, names);
  return fmt::format("there is no event '{}'{}", event, meant.empty() ? "; `describe` lists them all" : meant);
}

}  // namespace ashlar::ops
