#include "bridge/plan.hpp"

#include <ashlar/errors.hpp>
#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ashlar::bridge {
namespace {

std::string reference_of(std::string_view name, int version) {
  return version == 1 ? std::string(name) : fmt::format("{}@{}", name, version);
}

bool selects_any(const std::vector<std::string>& references, const EventInfo& event) {
  return std::any_of(references.begin(), references.end(),
                     [&](const std::string& it) { return selects(it, event.name, event.version); });
}

std::string problem_of(const std::string& reference) {
  if (is_pattern(reference)) return pattern_problem(reference);
  try {
    static_cast<void>(normal_event_reference(reference));
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

// Each routing key once, in one order.
std::vector<std::string> sorted(const std::set<std::string>& keys) { return {keys.begin(), keys.end()}; }

}  // namespace

BridgePlan::BridgePlan(std::string_view section, const BridgeOptions& options, const std::vector<EventInfo>& events,
                       const std::vector<Handling>& elsewhere, std::string application)
    : section_(section), application_(std::move(application)), events_(events) {
  default_reading_.max_bytes = static_cast<std::size_t>(std::max(options.max_message_bytes, 1));
  topology_.exchange = options.exchange.empty() ? application_ + ".events" : options.exchange;
  check(options.exchange.size() <= 127, "exchange", "has at most 127 bytes");
  check(options.declare == "create" || options.declare == "verify", "declare", "is create or verify");
  check(options.window >= 1 && options.window <= 10'000, "window", "is from 1 to 10,000");
  check(options.heartbeat.count() >= 1 && options.heartbeat.count() <= 600, "heartbeat", "is from 1s to 600s");
  check(options.max_message_bytes >= 1'024, "max_message_bytes", "is at least 1,024");
  check(options.buffer >= 1, "buffer", "is at least 1");
  if (options.declare == "verify") topology_.declare = Declare::verify;
  split_ = std::any_of(events.begin(), events.end(), [](const EventInfo& event) { return !event.is_here; });
  read_publish(options, events, elsewhere);
  read_consume(options);
  note_elsewhere(elsewhere);
  if (!problems_.empty()) throw ConfigurationError(std::move(problems_));
}

void BridgePlan::check(bool sane, std::string place, std::string_view problem) {
  if (!sane) problems_.push_back(fmt::format("{}.{}: {}", section_, place, problem));
}

void BridgePlan::read_publish(const BridgeOptions& options, const std::vector<EventInfo>& events,
                              const std::vector<Handling>& elsewhere) {
  std::vector<std::pair<std::vector<std::string>, WireFormat>> entries;
  if (options.publish) {
    for (std::size_t i = 0; i < options.publish->size(); ++i) {
      const PublishEntry& entry = (*options.publish)[i];
      const auto format = wire_format(entry.format);
      check(
          format && *format != WireFormat::automatic, fmt::format("publish[{}].format", i),
          fmt::format("'{}' is none of domain-event, aggregate, aggregate-camel, bare and cloudevents", entry.format));
      for (std::size_t j = 0; j < entry.events.size(); ++j) {
        const std::string problem = problem_of(entry.events[j]);
        const std::string place = fmt::format("publish[{}].events[{}]", i, j);
        check(problem.empty(), place, problem);
        if (!problem.empty() || is_pattern(entry.events[j])) continue;
        check(std::any_of(events.begin(), events.end(),
                          [&](const EventInfo& event) { return selects(entry.events[j], event.name, event.version); }),
              place, fmt::format("no module declares event '{}'", entry.events[j]));
      }
      entries.emplace_back(entry.events, format.value_or(WireFormat::domain_event));
    }
  }
  if (!problems_.empty()) return;
  for (const EventInfo& event : events) {
    if (!event.is_here) continue;
    const auto entry =
        std::find_if(entries.begin(), entries.end(), [&](const auto& it) { return selects_any(it.first, event); });
    const bool wanted_elsewhere = std::any_of(elsewhere.begin(), elsewhere.end(), [&](const Handling& handling) {
      return selects(handling.event, event.name, event.version);
    });
    if (entry != entries.end()) {
      add_outgoing(event, entry->second);
    } else if (wanted_elsewhere || (!options.publish && event.leaves_the_process)) {
      add_outgoing(event, WireFormat::domain_event);
    }
  }
}

void BridgePlan::add_outgoing(const EventInfo& event, WireFormat format) {
  const std::string reference = reference_of(event.name, event.version);
  outgoing_by_reference_.emplace(reference, outgoing_.size());
  outgoing_.push_back({reference, event.module, format, event.routing_key, event.aggregate_type});
}

void BridgePlan::read_consume(const BridgeOptions& options) {
  if (!options.consume) return;
  std::set<std::string> names;
  for (std::size_t i = 0; i < options.consume->size(); ++i) {
    const ConsumeEntry& entry = (*options.consume)[i];
    const auto place = [&](std::string_view member) { return fmt::format("consume[{}].{}", i, member); };
    const auto format = wire_format(entry.format);
    check(!entry.queue.empty() && entry.queue.size() <= 200, place("queue"), "has from 1 to 200 bytes");
    check(names.insert(entry.queue).second, place("queue"), fmt::format("'{}' is there already", entry.queue));
    check(entry.prefetch >= 1 && entry.prefetch <= 2'000, place("prefetch"), "is from 1 to 2,000");
    check(format.has_value(), place("format"),
          fmt::format("'{}' is none of auto, domain-event, aggregate, aggregate-camel, bare and cloudevents",
                      entry.format));
    check(entry.type == "quorum" || entry.type == "classic", place("type"), "is quorum or classic");
    for (const std::string& binding : entry.bindings) {
      check(!binding.empty() && binding.size() <= 255, place("bindings"), "each has from 1 to 255 bytes");
    }
    for (const auto& [outside, here] : entry.types) {
      check(!is_pattern(here) && problem_of(here).empty(), place("types"),
            fmt::format("'{}' is no event: write speaker.onboarded or speaker.onboarded@2", here));
    }
    topology_.queues.push_back({.name = entry.queue,
                                .bindings = entry.bindings,
                                .type = entry.type == "classic" ? QueueType::classic : QueueType::quorum,
                                .prefetch = static_cast<std::uint16_t>(std::clamp(entry.prefetch, 1, 2'000))});
    ReadOptions& reading = reading_.emplace(entry.queue, default_reading_).first->second;
    reading.format = format.value_or(WireFormat::automatic);
    reading.types = entry.types.empty() ? TypeNames{} : TypeNames(entry.types.begin(), entry.types.end());
  }
}

// A queue for each module elsewhere that handles events of this process, so that nothing is lost before it first runs.
void BridgePlan::note_elsewhere(const std::vector<Handling>& elsewhere) {
  std::map<std::string, std::set<std::string>> keys;
  for (const Handling& handling : elsewhere) {
    for (const EventInfo& event : events_) {
      if (event.is_here && event.module != handling.module && selects(handling.event, event.name, event.version)) {
        keys[handling.module].insert(event.routing_key);
      }
    }
  }
  for (const auto& [module, bindings] : keys) {
    topology_.queues.push_back(
        {.name = application_ + "." + module, .bindings = sorted(bindings), .consume = Consume::no});
  }
}

Topology BridgePlan::topology(const std::vector<Handling>& here) const {
  Topology topology = topology_;
  if (!split_) return topology;
  std::map<std::string, std::set<std::string>> keys;
  for (const Handling& handling : here) {
    if (handling.module == section_) continue;
    for (const EventInfo& event : events_) {
      if (!event.is_here && selects(handling.event, event.name, event.version)) {
        keys[handling.module].insert(event.routing_key);
      }
    }
  }
  for (const auto& [module, bindings] : keys) {
    topology.queues.push_back({.name = application_ + "." + module, .bindings = sorted(bindings)});
  }
  return topology;
}

const Outgoing* BridgePlan::outgoing(std::string_view name, int version) const {
  const auto found = outgoing_by_reference_.find(reference_of(name, version));
  return found == outgoing_by_reference_.end() ? nullptr : &outgoing_[found->second];
}

const ReadOptions& BridgePlan::reading(std::string_view queue) const {
  const auto found = reading_.find(queue);
  return found == reading_.end() ? default_reading_ : found->second;
}

}  // namespace ashlar::bridge
