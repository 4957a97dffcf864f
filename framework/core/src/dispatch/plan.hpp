#pragma once

#include <algorithm>
#include <ashlar/event_registry.hpp>
#include <ashlar/host.hpp>
#include <ashlar/module.hpp>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace ashlar::detail {

class BackgroundPool;
class Consumer;
class LiveEvent;
struct BackgroundStep;
struct Chain;
struct EventPlan;

// A registered handler; stays where it is while its host is started.
struct Handler {
  std::string module;
  std::size_t module_order = 0;  // start order
  std::string name;
  std::string registered_for;
  bool by_pattern = false;
  HandlerOptions options;
  HandlerFunction function;
  std::unique_ptr<Chain> chain;    // null: no middleware wraps it
  BackgroundPool* pool = nullptr;  // null: runs at once
  bool known_to_middleware = false;
  const Consumer* consumer = nullptr;  // null: publish() calls it
  bool takes_batches = false;          // of a consumer; no middleware wraps it

  Handler();
  ~Handler();

  std::atomic<std::int64_t> warned_at_ns{-1};  // of the slow warning, steady clock; -1: never
};

struct StepStatistics {
  std::size_t event = 0;                // DeclaredEvent::number
  std::atomic<std::uint64_t> calls{0};  // of a queue group's member; for others the plan's publishes count
  std::atomic<std::uint64_t> failures{0};
  std::atomic<std::uint64_t> sampled{0};
  std::atomic<std::int64_t> sampled_ns{0};
  std::atomic<std::int64_t> slowest_ns{0};
};

struct Group;

// One call of the plan: a handler, or a queue group that passes it on to the member whose turn it is.
struct Step {
  void (*call)(void* object, const void* event, const EventContext& context) = nullptr;
  void* object = nullptr;
  Handler* handler = nullptr;  // of a group: its first member's
  Group* group = nullptr;      // null: a single handler
  StepStatistics* statistics = nullptr;
};

// The members of a queue group for one event, and whose turn it is.
struct Group {
  std::string name;
  std::size_t number = 0;  // among the groups of its event
  std::vector<Step> members;
  bool has(const Step* step) const {
    return std::any_of(members.begin(), members.end(), [&](const Step& member) { return &member == step; });
  }

  std::atomic<std::uint64_t> next{0};
};

struct DeclaredEvent {
  EventDescriptor descriptor;
  std::string module;
  std::string routing_key;
  std::size_t number = 0;  // in order of declaration
  bool is_here = true;     // its module is
  const UpcasterDescriptor* upcaster = nullptr;
  std::atomic<bool> consumed{false};  // by a stream consumer, in this start

  bool durable() const { return descriptor.durable || consumed.load(std::memory_order_relaxed); }
};

struct DeclaredUpcaster {
  UpcasterDescriptor descriptor;
  std::string module;
};

// Everything publish() needs for one event, in one place.
struct EventPlan {
  const Port* publisher = nullptr;  // whose publishes go the short way; null: the event is stored first
  const Step* steps = nullptr;
  const Step* end = nullptr;        // a step without a call
  std::uint32_t number = 0;         // among PlanTable::plans
  std::ptrdiff_t to_converted = 0;  // from here to the event's plan without patterns
  LiveEvent* live = nullptr;
  const DeclaredEvent* event = nullptr;
  const Port* owner = nullptr;
};

// The plan of a host: by the index of the event's type. Immutable once published.
struct PlanTable {
  // By DeclaredEvent::number; and then once more, without the handlers that came by a pattern, for converted events.
  std::vector<EventPlan> plans;
  std::vector<const EventPlan*> by_type;
  const EventPlan* const* types = nullptr;  // by_type, where publish() reads it
  std::uint32_t type_count = 0;
  std::vector<Step> steps;
  std::vector<std::unique_ptr<Group>> groups;
  std::deque<StepStatistics> statistics;
  std::vector<std::unique_ptr<BackgroundStep>> background;

  PlanTable();
  ~PlanTable();
};

// Orders the handlers of every event: priority, module start order, registration. Throws DeclarationError when an event has
// too many queue groups.
std::unique_ptr<PlanTable> compile_plan(const std::vector<std::unique_ptr<DeclaredEvent>>& events,
                                        const std::vector<std::unique_ptr<Handler>>& handlers);

// As registrations and messages write it: `orders.order.placed`, and from version 2 on `orders.order.placed@2`.
std::string event_text(const EventId& id);

}  // namespace ashlar::detail
