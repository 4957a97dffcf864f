#include <algorithm>
#include <ashlar/event_pattern.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "opening.hpp"

namespace ashlar::store {
namespace {

struct Orphan {
  std::string what;
  std::string advice;
};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// An earlier version of a declared event is brought up by its declaration; a later one is of a newer program. Who takes
// whatever a pattern selects knows what to do with names of the past.
bool is_known(const LogPlan& plan, std::string_view name, int version) {
  const bool declared = std::any_of(plan.events.begin(), plan.events.end(), [&](const LoggedEvent& event) {
    return (event.name == name && version <= event.version) || contains(event.renamed_from, name);
  });
  if (declared) return true;
  for (const LoggedConsumer& consumer : plan.consumers) {
    for (const std::string& selection : consumer.events) {
      if (is_pattern(selection) && selects(selection, name, version)) return true;
    }
  }
  return false;
}

bool is_known(const LogPlan& plan, std::string_view consumer) {
  if (contains(plan.absent, consumer.substr(0, consumer.find('.')))) return true;
  return std::any_of(plan.consumers.begin(), plan.consumers.end(), [&](const LoggedConsumer& known) {
    return known.name == consumer || contains(known.options.renamed_from, consumer);
  });
}

std::vector<Orphan> orphans_of(LogStore& store, const LogPlan& plan) {
  static constexpr const char* event_advice = "declare it, or name it in the renamed_from of the event that it became";
  std::vector<Orphan> orphans;
  const auto unknown = [&](std::string_view name, int version) { return !is_known(plan, name, version); };
  for (const auto& [reference, count] : store.stored_names(unknown)) {
    orphans.push_back(
        {"event '" + reference + "', stored " + std::to_string(count) + " times, is declared by no module",
         event_advice});
  }
  std::map<std::string, std::int64_t> schedules;
  for (const ScheduledEvent& scheduled : store.scheduled(std::numeric_limits<std::size_t>::max())) {
    const Metadata& metadata = scheduled.event.metadata;
    if (!is_known(plan, metadata.name, metadata.version)) {
      ++schedules[metadata.name + "@" + std::to_string(metadata.version)];
    }
  }
  for (const auto& [reference, count] : schedules) {
    orphans.push_back(
        {"event '" + reference + "', scheduled " + std::to_string(count) + " times, is declared by no module",
         std::string(event_advice) + ", or cancel its schedules"});
  }
  for (const ConsumerStatus& consumer : store.consumers()) {
    if (is_known(plan, consumer.name)) continue;
    orphans.push_back({"stream consumer '" + consumer.name + "' is registered by no module",
                       "name it in the renamed_from of the consumer that it became, or remove it"});
  }
  return orphans;
}

}  // namespace

void check_orphans(LogStore& store, const LogPlan& plan, Orphans orphans, const Log& log) {
  const std::vector<Orphan> found = orphans_of(store, plan);
  if (found.empty()) return;
  if (orphans == Orphans::warn) {
    for (const Orphan& orphan : found) {
      log.warning("the log knows something that this program does not",
                  {{"what", orphan.what}, {"to_do", orphan.advice}});
    }
    return;
  }
  std::string text = "the durable log knows what this program does not:";
  for (const Orphan& orphan : found) text += "\n  " + orphan.what + ": " + orphan.advice;
  throw Error(text + "\nor start with Orphans::warn (store.orphans: warn), which only says so");
}

}  // namespace ashlar::store
