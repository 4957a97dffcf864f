#pragma once

#include "dispatch/plan.hpp"
#include "dispatch/thread_slots.hpp"

#include <array>
#include <ashlar/envelope.hpp>
#include <ashlar/publish_report.hpp>
#include <memory>
#include <string>

namespace ashlar::detail {

// One publish while it runs; lives on the publisher's stack, and is what handlers get as their context. What they ask of it
// is computed then, and kept.
struct Frame final : Envelope {
  Frame(Frame* its_outer, ThreadSlot* its_slot, const EventPlan& its_plan, const void* its_event,
        const PublishOptions* its_options)
      : outer(its_outer),
        plan(&its_plan),
        event(its_event),
        options(its_options),
        slot(its_slot),
        live_changes(this_thread.live_changes),
        depth(its_outer == nullptr ? 1 : its_outer->depth + 1) {}
  ~Frame() {
    if (json != nullptr) [[unlikely]]
      delete json;
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  // Every context is a frame.
  static const Frame& of(const EventContext& context) { return static_cast<const Frame&>(context); }

  const EventId& event_id() const { return plan->event->descriptor.id; }
  const Uuid& known_id() const;
  Time known_time() const;
  const std::string& known_json() const;
  std::string_view inherited(std::string PublishOptions::*given, std::string Correlation::*scoped) const;

  // `orders.order.placed -> stock.reserved -> …`, outermost first; long chains are shortened in the middle.
  std::string chain() const;

  Frame* outer;
  const EventPlan* plan;
  const void* event;
  const PublishOptions* options;
  ThreadSlot* slot;            // null: goes to a sink
  std::uint64_t live_changes;  // of the thread, when this publish began
  PublishReport* report = nullptr;
  int depth;
  mutable bool has_id = false;
  mutable bool has_time = false;
  mutable std::string* json = nullptr;
  // Without a value until has_id and has_time say so: most publishes never pay for one.
  union {
    mutable Uuid id_value;
  };
  union {
    mutable Time time_value;
  };
};

// How a report remembers that `member` was called for queue group `group`.
constexpr std::uint64_t as_turn(std::size_t group, std::size_t member) { return std::uint64_t{member} << (8 * group); }
constexpr std::size_t turn_of(std::uint64_t turns, std::size_t group) { return (turns >> (8 * group)) & 0xff; }

// The exception being handled, as the failure of a handler; called inside the catch block.
HandlerFailure describe_failure(const Frame& frame, const std::string& module, const std::string& handler);

}  // namespace ashlar::detail
