#include "host/core.hpp"

#include <ashlar/event_pattern.hpp>

#include <algorithm>
#include <set>

namespace ashlar::detail {
namespace {

using Edges = std::map<std::string, std::set<std::string>>;

// The shortest way along `edges` from `from` back to itself that meets no name before `from`; empty where there is none.
// So each cycle is found once, from its first name.
std::vector<std::string> cycle_from(const std::string& from, const Edges& edges) {
  std::map<std::string, std::string> came_from;
  std::vector<std::string> open{from};
  for (std::size_t at = 0; at < open.size(); ++at) {
    const std::string name = open[at];
    const auto next = edges.find(name);
    if (next == edges.end()) continue;
    for (const std::string& other : next->second) {
      if (other == from) {
        std::vector<std::string> cycle{from};
        for (std::string back = name; back != from; back = came_from[back]) cycle.push_back(back);
        cycle.push_back(from);
        std::reverse(cycle.begin(), cycle.end());
        return cycle;
      }
      if (other > from && came_from.emplace(other, name).second) open.push_back(other);
    }
  }
  return {};
}

}  // namespace

HostDescription HostCore::describe() const {
  HostDescription result{.name = options.name};
  for (std::size_t number : order_) {
    const ModuleRecord& record = *records_[number];
    ModuleDescription module{.name = record.name,
                             .state = state_of(record),
                             .optional = record.optional,
                             .emits = record.emits,
                             .needs = record.needs,
                             .provides = record.provides};
    module.needs.insert(module.needs.end(), record.needs_modules.begin(), record.needs_modules.end());
    for (std::size_t dependency : record.depends_on) module.depends_on.push_back(records_[dependency]->name);
    dispatch.each_handler([&](const Handler& handler) {
      if (handler.module == record.name) module.handles.push_back(handler.registered_for);
    });
    result.modules.push_back(std::move(module));
  }
  for (const auto& [name, number] : numbers_) {
    if (records_[number]->left_out) result.left_out.push_back(name);
  }
  const std::vector<EventInfo> infos = registry.all();
  for (std::size_t number = 0; number < infos.size(); ++number) {
    result.events.push_back({infos[number], dispatch.handlers_of(*dispatch.events()[number])});
  }
  result.event_cycles = event_cycles();
  return result;
}

// Who publishes for whom; handlers that came by a pattern do not count, for they hear everybody.
std::vector<std::vector<std::string>> HostCore::event_cycles() const {
  Edges edges;
  dispatch.each_handler([&](const Handler& handler) {
    if (handler.by_pattern) return;
    const DeclaredEvent* event = dispatch.find_event(handler.registered_for);
    if (event != nullptr && event->module != handler.module) edges[event->module].insert(handler.module);
  });
  std::vector<std::vector<std::string>> cycles;
  for (const auto& [from, to] : edges) {
    std::vector<std::string> cycle = cycle_from(from, edges);
    if (!cycle.empty()) cycles.push_back(std::move(cycle));
  }
  return cycles;
}

}  // namespace ashlar::detail
