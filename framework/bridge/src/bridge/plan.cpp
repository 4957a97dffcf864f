#include "bridge/plan.hpp"

#include <ashlar/errors.hpp>
#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

// The same in every build (http://www.isthe.com/chongo/tech/comp/fnv/).
std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  return hash;
}

// Each routing key once, in one order.
std::vector<std::string> sorted(const std::set<std::string>& keys) { return {keys.begin(), keys.end()}; }

}  // namespace

BridgePlan::BridgePlan(std::string_view section, const BridgeOptions& options, const EventRegistry& registry,
                       std::string application)
    : section_(section), application_(std::move(application)), events_(registry.all()) {
  default_reading_.max_bytes = static_cast<std::size_t>(std::max(options.max_message_bytes, 1));
  topology_.exchange = options.exchange.empty() ? application_ + ".events" : options.exchange;
  check(options.exchange.size() <= 127, "exchange", "has at most 127 bytes");
  check(options.declare == "create" || options.declare == "verify", "declare", "is create or verify");
  check(options.window >= 1 && options.window <= 10'000, "window", "is from 1 to 10,000");
  check(options.heartbeat.count() >= 1 && options.heartbeat.count() <= 600, "heartbeat", "is from 1s to 600s");
  check(options.max_message_bytes >= 1'024, "max_message_bytes", "is at least 1,024");
  check(options.buffer >= 1, "buffer", "is at least 1");
  if (options.declare == "verify") topology_.declare = Declare::verify;
  const std::vector<Handling> elsewhere = registry.handled_elsewhere();
  read_publish(options, events_, elsewhere);
  read_consume(options);
  read_processes(options, registry);
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

// Which modules run where, the bridge aside.
void BridgePlan::read_processes(const BridgeOptions& options, const EventRegistry& registry) {
  const std::vector<std::string> elsewhere = registry.modules_elsewhere();
  if (elsewhere.empty()) return;
  std::vector<std::string> here = registry.modules_here();
  std::erase(here, section_);
  own_process_ = here;
  other_processes_.clear();
  if (options.processes.empty()) {
    other_processes_.push_back(elsewhere);
    return;
  }
  std::set<std::string> named;
  bool is_listed = false;
  for (std::size_t i = 0; i < options.processes.size(); ++i) {
    std::vector<std::string> process = options.processes[i];
    std::sort(process.begin(), process.end());
    for (const std::string& module : process) {
      const std::string place = fmt::format("processes[{}]", i);
      const bool known = std::binary_search(here.begin(), here.end(), module) ||
                         std::binary_search(elsewhere.begin(), elsewhere.end(), module);
      check(known, place, fmt::format("there is no module '{}'", module));
      check(named.insert(module).second, place, fmt::format("module '{}' is in two processes", module));
    }
    if (process == here) {
      is_listed = true;
    } else if (!process.empty()) {
      other_processes_.push_back(std::move(process));
    }
  }
  check(is_listed, "processes", fmt::format("none has the modules of this process: {}", fmt::join(here, ", ")));
  for (const std::string& module : elsewhere) {
    check(named.contains(module), "processes", fmt::format("module '{}' is in none", module));
  }
}

// The queue of a process, bound to what its modules handle of the events of others. Both sides make the same name of it.
Queue BridgePlan::queue_of(const std::vector<std::string>& process, const std::vector<Handling>& handled,
                           Consume consume) const {
  std::set<std::string> keys;
  for (const Handling& handling : handled) {
    if (!std::binary_search(process.begin(), process.end(), handling.module)) continue;
    for (const EventInfo& event : events_) {
      const bool is_its_own = std::binary_search(process.begin(), process.end(), event.module);
      if (!is_its_own && selects(handling.event, event.name, event.version)) keys.insert(event.routing_key);
    }
  }
  constexpr std::size_t longest = 200;
  Queue queue{.name = fmt::format("{}.{}", application_, fmt::join(process, "-")), .bindings = sorted(keys)};
  if (queue.name.size() > longest) queue.name = fmt::format("{}.{:016x}", application_, fnv1a(queue.name));
  queue.consume = consume;
  return queue;
}

// Declared here too, so that nothing is lost before the other process first runs.
void BridgePlan::note_elsewhere(const std::vector<Handling>& elsewhere) {
  for (const std::vector<std::string>& process : other_processes_) {
    Queue queue = queue_of(process, elsewhere, Consume::no);
    if (!queue.bindings.empty()) topology_.queues.push_back(std::move(queue));
  }
}

Topology BridgePlan::topology(const std::vector<Handling>& here) const {
  Topology topology = topology_;
  if (own_process_.empty()) return topology;
  Queue queue = queue_of(own_process_, here, Consume::yes);
  if (!queue.bindings.empty()) topology.queues.push_back(std::move(queue));
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
