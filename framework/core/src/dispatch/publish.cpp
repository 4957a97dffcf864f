// The way of an event through the plan: what every publish pays for is in this file.

#include "dispatch/barrier.hpp"
#include "dispatch/dispatch.hpp"
#include "dispatch/report_details.hpp"
#include "dispatch/stay.hpp"

#include <ashlar/json.hpp>

#include <fmt/format.h>

namespace ashlar::detail {
namespace {

constexpr std::uint64_t sample_mask = 1023;

}  // namespace

template <Dispatch::Plans which>
[[gnu::always_inline]] inline Outcome Dispatch::publish(const Port& port, const EventType& type, const void* event,
                                                        const PublishOptions* options) {
  ThreadState& thread = this_thread;
  if (thread.frame == nullptr && thread.short_way == slots_.serial()) [[likely]]
    return publish_in<which, Nesting::none>(thread, port, type, event, options);
  return publish_inside<which>(port, type, event, options);
}

template <Dispatch::Plans which>
[[gnu::noinline]] Outcome Dispatch::publish_inside(const Port& port, const EventType& type, const void* event,
                                                   const PublishOptions* options) {
  ThreadState& thread = this_thread;
  if (thread.host != slots_.serial()) slots_.adopt(thread);
  return publish_in<which, Nesting::possible>(thread, port, type, event, options);
}

template <Dispatch::Plans which, Dispatch::Nesting nesting>
[[gnu::always_inline]] inline Outcome Dispatch::publish_in(ThreadState& thread, const Port& port, const EventType& type,
                                                           const void* event, const PublishOptions* options) {
  constexpr bool may_nest = nesting == Nesting::possible;
  ThreadSlot& slot = *thread.slot;
  const Step* const outer_running = may_nest ? slot.running.load(std::memory_order_relaxed) : nullptr;
  const bool outermost = outer_running == nullptr;  // in this host
  if (outermost) {
    slot.running.store(&ThreadSlot::entering, std::memory_order_relaxed);
    if constexpr (may_nest) {
      light_fence(slot.running);
    } else {
      std::atomic_signal_fence(std::memory_order_seq_cst);  // a light_fence, where a thread may go the short way
    }
  }
  const PlanTable* const table = table_.load(std::memory_order_seq_cst);
  const EventPlan* plan = type.index < table->type_count ? table->types[type.index] : nullptr;
  if (plan == nullptr && !outermost) [[unlikely]]
    plan = plan_while_draining(type);
  if (plan == nullptr || (which == Plans::all && plan->publisher != &port)) [[unlikely]] {
    if constexpr (!may_nest) return publish_otherwise_alone(port, type, event, options);
    return publish_otherwise(slot, outermost, port, type, event, options);
  }
  if constexpr (which == Plans::without_patterns || which == Plans::stored_without_patterns) plan += plan->to_converted;

  Frame frame(may_nest ? thread.frame : nullptr, &slot, *plan, event, options);
  if constexpr (which == Plans::stored || which == Plans::stored_without_patterns) frame.origin = Frame::Origin::told;
  if (may_nest && frame.depth > max_depth_) [[unlikely]] {
    if (outermost) leave(slot);
    refuse_depth(port, frame);
  }
  thread.frame = &frame;

  // From here on nothing throws: what handlers and subscribers throw is recorded.
  std::atomic<std::uint64_t>& calls = slot.calls[plan->number];
  const std::uint64_t count = calls.load(std::memory_order_relaxed);
  calls.store(count + 1, std::memory_order_relaxed);
  if ((count & sample_mask) == 0) [[unlikely]] {
    run_timed(slot, frame);
  } else {
    for (const Step* step = plan->steps; step->call != nullptr; ++step) {
      try {
        for (; step->call != nullptr; ++step) {
          slot.running.store(step, std::memory_order_relaxed);
          step->call(step->object, frame.event, frame);
        }
        break;
      } catch (...) {
        step = record_failure(frame);
      }
    }
  }
  if (frame.plan().live->has_subscribers()) [[unlikely]]
    run_live(slot, frame);

  thread.frame = may_nest ? frame.outer : nullptr;
  slot.running.store(outer_running, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (attention_.load(std::memory_order_relaxed) && outermost) [[unlikely]]
    leave(slot);
  return frame.outcome;
}

Outcome publish(Port& port, const EventType& type, const void* event, const PublishOptions* options) {
  if (port.dispatch == nullptr) [[unlikely]]
    return Dispatch::give_to_sink(port, type, event, options);
  return port.dispatch->publish<>(port, type, event, options);
}

// Events published by handlers that still run when the host stops go the way they would have gone.
const EventPlan* Dispatch::plan_while_draining(const EventType& type) const {
  const PlanTable* table = draining_.load(std::memory_order_acquire);
  return table != nullptr && type.index < table->type_count ? table->types[type.index] : nullptr;
}

// For close(), which may be waiting for this thread.
void Dispatch::leave(ThreadSlot& slot) {
  slot.running.store(nullptr, std::memory_order_release);
  light_fence(slot.running);
  std::lock_guard lock(drained_mutex_);
  drained_.notify_all();
}

void Dispatch::run_live(ThreadSlot& slot, const Frame& frame) {
  slot.running.store(&ThreadSlot::live_subscribers, std::memory_order_relaxed);
  frame.plan().live->call(frame);
  if (this_thread.cancelled_inside) finish_cancellations(frame.outer);
}

void Dispatch::run_timed(ThreadSlot& slot, const Frame& frame) {
  const EventPlan& plan = frame.plan();
  Clock::Steady before = clock_.steady_now();
  for (const Step* step = plan.steps; step != plan.end; ++step) {
    slot.running.store(step, std::memory_order_relaxed);
    try {
      step->call(step->object, frame.event, frame);
    } catch (...) {
      record_failure(frame);
    }
    const Step& called = *slot.running.load(std::memory_order_relaxed);  // of a group: the member
    const Clock::Steady after = clock_.steady_now();
    // A background handler was only put into its queue.
    if (called.handler->options.run == Run::at_once) note_time(called, before, after);
    before = after;
  }
}

void Dispatch::note_time(const Step& step, Clock::Steady before, Clock::Steady after) {
  const std::int64_t took = std::chrono::nanoseconds(after - before).count();
  StepStatistics& statistics = *step.statistics;
  statistics.sampled.fetch_add(1, std::memory_order_relaxed);
  statistics.sampled_ns.fetch_add(took, std::memory_order_relaxed);
  std::int64_t slowest = statistics.slowest_ns.load(std::memory_order_relaxed);
  while (took > slowest && !statistics.slowest_ns.compare_exchange_weak(slowest, took, std::memory_order_relaxed)) {}
  if (after - before > step.handler->options.slow_after) warn_slow(*step.handler, after - before, after);
}

Outcome Dispatch::publish_stored(const Port& port, const EventType& type, const void* event, const Told& told) {
  return publish_inside<Plans::stored>(port, type, event, &told);
}

const DeclaredEvent& Dispatch::find_own_event(const Port& port, std::string_view event) const {
  const DeclaredEvent* declared = find_event(event);
  if (declared == nullptr || declared->module != port.module) {
    throw PublishRefused(fmt::format("module '{}' may not publish '{}': {}", port.module, event,
                                     declared == nullptr ? "no module declares that event" + did_you_mean_event(event)
                                                         : "module '" + declared->module + "' declared it"));
  }
  return *declared;
}

PublishReport Dispatch::publish_json(Port& port, std::string_view event, std::string_view json,
                                     const PublishOptions& options) {
  const DeclaredEvent* declared = &find_own_event(port, event);
  const EventDescriptor& descriptor = declared->descriptor;
  const std::unique_ptr<void, void (*)(void*)> value(descriptor.make(), descriptor.destroy);
  from_json(value.get(), *descriptor.data, json, {});
  if (declared->upcaster == nullptr) return PublishReport(publish<>(port, *descriptor.type, value.get(), &options));

  // All versions are the same happening: one id, one time, and a stop that waits for every one of them.
  const Stay stay(*this);
  if (stay.is_refused()) refuse(nullptr, port, *descriptor.type);
  PublishOptions shared = options;
  if (!shared.time) shared.time = clock_.now();
  if (!shared.id) shared.id = Uuid::v7(shared.time->time_since_epoch().count());
  PublishReport report(publish_inside<Plans::all>(port, *descriptor.type, value.get(), &shared));
  if (report.outcome_.plan == nullptr) return report;  // a duplicate
  run_upcaster(port, *declared, value.get(), shared, nullptr, report);
  return report;
}

void Dispatch::run_upcaster(const Port& port, const DeclaredEvent& from, const void* value,
                            const PublishOptions& options, const Told* told, PublishReport& report) {
  const UpcasterDescriptor& upcaster = *from.upcaster;
  const DeclaredEvent& to = *events_by_reference_.at(event_text(upcaster.to));
  std::shared_ptr<void> converted;
  try {
    converted = upcaster.convert(value);
  } catch (...) {
    HandlerFailure failure{.event_id = options.id->to_string(),
                           .event = event_text(from.descriptor.id),
                           .module = to.module,
                           .handler = "upcaster to " + event_text(upcaster.to),
                           .message = current_exception_message()};
    tell(failure);
    keep(report.outcome_, std::move(failure));
    return;
  }
  const EventType& type = *to.descriptor.type;
  auto next = std::make_unique<PublishReport>(
      told != nullptr ? publish_inside<Plans::stored_without_patterns>(port, type, converted.get(), told)
                      : publish_inside<Plans::without_patterns>(port, type, converted.get(), &options));
  if (to.upcaster != nullptr) run_upcaster(port, to, converted.get(), options, told, *next);
  for (const HandlerFailure& failure : next->failures()) keep(report.outcome_, failure);
  make_details(report.outcome_).converted = std::move(next);
}

Outcome Dispatch::give_to_sink(const Port& port, const EventType& type, const void* event,
                               const PublishOptions* options) {
  DeclaredEvent declared;
  declared.descriptor.id = type.id;
  declared.module = port.module;
  EventPlan plan;
  plan.owner = &port;
  plan.event = &declared;
  const Frame frame(this_thread.frame, nullptr, plan, event, options);
  Outcome outcome;
  for (HandlerFailure& failure : port.sink->take(type, event, frame.metadata())) keep(outcome, std::move(failure));
  return outcome;
}

}  // namespace ashlar::detail
