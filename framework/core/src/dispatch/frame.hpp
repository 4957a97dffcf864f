#pragma once

#include "dispatch/plan.hpp"
#include "dispatch/thread_slots.hpp"

#include <array>
#include <ashlar/envelope.hpp>
#include <ashlar/publish_report.hpp>
#include <ashlar/stream.hpp>
#include <memory>
#include <string>

namespace ashlar::detail {

// One publish while it runs; lives on the publisher's stack, and is what handlers get as their context. What they ask of it
// is computed then, and kept.
struct Frame : Envelope {
  // Who knows the metadata.
  enum class Origin : std::uint16_t {
    publish,  // what the options leave open is inherited
    told,     // the options, which are a Told, and they alone
    stored,   // a StoredFrame
    batch     // nobody: it stands for several events, and what is published inside begins anew
  };

  Frame(Frame* its_outer, ThreadSlot* its_slot, const EventPlan& its_plan, const void* its_event,
        const PublishOptions* its_options)
      : outcome{&its_plan},
        event(its_event),
        options(its_options),
        slot(its_slot),
        outer(its_outer),
        depth(its_outer == nullptr ? 1 : its_outer->depth + 1) {}
  ~Frame() {
    if (json != nullptr) [[unlikely]]
      delete json;
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  // Every context is a frame.
  static const Frame& of(const EventContext& context) { return static_cast<const Frame&>(context); }

  const EventPlan& plan() const { return *outcome.plan; }
  const EventId& event_id() const { return plan().event->descriptor.id; }
  const Uuid& known_id() const;
  Time known_time() const;
  const std::string& known_json() const;
  // A piece of metadata that is handed on, where it may stand.
  struct Inherited {
    std::string PublishOptions::*given;
    std::string Correlation::*scoped;
    std::string Metadata::*stored;
  };
  std::string_view inherited(const Inherited& what) const;
  bool begins_anew() const { return outer == nullptr || outer->origin == Origin::batch; }

  // `orders.order.placed -> stock.reserved -> …`, outermost first; long chains are shortened in the middle.
  std::string chain() const;

  mutable Outcome outcome;
  const void* event;
  const PublishOptions* options;
  ThreadSlot* slot;  // null: goes to a sink
  Frame* outer;
  mutable std::uint64_t first_live_change = 0;  // made by this thread since this publish began; 0: none
  mutable std::string* json = nullptr;
  int depth;
  mutable bool has_id = false;
  mutable bool has_time = false;
  Origin origin = Origin::publish;  // as wide as it is so that the three are set by one store
  // Without a value until has_id and has_time say so: most publishes never pay for one.
  union {
    mutable Uuid id_value;
  };
  union {
    mutable Time time_value;
  };
};

// The delivery of a stored event to a handler.
struct StoredFrame : Frame {
  // `converted`: an upcaster made the event of what is stored.
  StoredFrame(Frame* its_outer, ThreadSlot* its_slot, const EventPlan& its_plan, const void* its_event, Delivery& its,
              bool converted)
      : Frame(its_outer, its_slot, its_plan, its_event, nullptr), delivery(its), is_converted(converted) {
    origin = Origin::stored;
    id_value = its.metadata().id;
    time_value = its.metadata().time;
    has_id = has_time = true;
  }
  static const StoredFrame& of(const Frame& frame) { return static_cast<const StoredFrame&>(frame); }

  Delivery& delivery;
  const bool is_converted;
};

// All that a publish elsewhere needs to have the same metadata.
struct Told : PublishOptions {
  std::string source{};
  std::string key{};
};
Told told_by(const Metadata& metadata);

// The exception being handled, as the failure of a handler; called inside the catch block.
HandlerFailure describe_failure(const Frame& frame, const std::string& module, const std::string& handler);

}  // namespace ashlar::detail
