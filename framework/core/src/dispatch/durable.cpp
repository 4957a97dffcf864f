// Events that go through the durable log: stored first, and then their handlers.

#include "dispatch/dispatch.hpp"
#include "dispatch/pending.hpp"
#include "dispatch/report_details.hpp"
#include "dispatch/stay.hpp"

#include <ashlar/event_sink.hpp>
#include <ashlar/unit_of_work.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ashlar::detail {
namespace {

StoredEvent stored_form_of(const Frame& frame) {
  StoredEvent stored{.metadata = frame.metadata()};
  stored.data = to_json(frame.event, *frame.plan().event->descriptor.data);
  return stored;
}

// Nobody is called for it, now or when it is durable: who comes meanwhile is told of the next one.
bool has_no_handlers(const EventPlan& plan) {
  return plan.steps == plan.end && !plan.live->has_subscribers() && plan.event->upcaster == nullptr;
}

// A copy for whoever calls the handlers later.
std::shared_ptr<void> copy_of(const EventType& type, const void* event) { return {type.copy(event), type.destroy}; }

// For buses whose events go to a sink: the metadata of now.
template <class Use>
auto with_frame_of_sink(const Port& port, const EventType& type, const void* event, const PublishOptions& options,
                        Use use) {
  DeclaredEvent declared;
  declared.descriptor.id = type.id;
  declared.module = port.module;
  EventPlan plan;
  plan.owner = &port;
  plan.event = &declared;
  const Frame frame(this_thread.frame, nullptr, plan, event, &options);
  return use(frame);
}

PendingStored ready(const Stored& stored) {
  auto state = std::make_shared<PendingState>();
  state->fulfil(stored, nullptr);
  return PendingStored(std::move(state));
}

}  // namespace

const EventPlan* Dispatch::find_plan(const EventType& type) const {
  const PlanTable* table = table_.load(std::memory_order_seq_cst);
  const EventPlan* plan = type.index < table->type_count ? table->types[type.index] : nullptr;
  return plan != nullptr ? plan : plan_while_draining(type);
}

[[gnu::noinline, gnu::cold]] Outcome Dispatch::publish_otherwise_alone(const Port& port, const EventType& type,
                                                                       const void* event,
                                                                       const PublishOptions* options) {
  return port.dispatch->publish_otherwise(*this_thread.slot, true, port, type, event, options);
}

[[gnu::noinline, gnu::cold]] Outcome Dispatch::publish_otherwise(ThreadSlot& slot, bool outermost, const Port& port,
                                                                 const EventType& type, const void* event,
                                                                 const PublishOptions* options) {
  const PlanTable* const table = table_.load(std::memory_order_seq_cst);
  const EventPlan* plan = type.index < table->type_count ? table->types[type.index] : nullptr;
  if (plan == nullptr && !outermost) plan = plan_while_draining(type);
  if (plan == nullptr || plan->owner != &port) refuse(outermost ? &slot : nullptr, port, type);
  // The slot says `entering`, or names the handler in which this is published: a stop waits.
  struct Left {
    Dispatch& dispatch;
    ThreadSlot* slot;
    ~Left() {
      if (slot != nullptr) dispatch.leave(*slot);
    }
  } const left_at_the_end{*this, outermost ? &slot : nullptr};
  Told told;
  {
    const Frame frame(this_thread.frame, &slot, *plan, event, options);
    if (frame.depth > max_depth_) refuse_depth(port, frame);
    const StoredEvent stored = stored_form_of(frame);
    if (log_door_.opened().append(stored, nullptr).duplicate) return {};
    if (has_no_handlers(*plan)) return Outcome{plan};
    told = told_by(stored.metadata);
  }
  return publish_stored(port, type, event, told);
}

// Inside a Stay.
StoredEvent Dispatch::stored_form(const Port& port, const EventType& type, const void* event,
                                  const PublishOptions& options) {
  const EventPlan* plan = find_plan(type);
  if (plan == nullptr || plan->owner != &port) refuse(nullptr, port, type);
  const Frame frame(this_thread.frame, this_thread.slot, *plan, event, &options);
  if (frame.depth > max_depth_) refuse_depth(port, frame);
  if (!log_door_.exists()) {
    throw Error(
        fmt::format("module '{}' published '{}' to be stored, but this host has no durable log: give it one with "
                    "HostOptions::event_log, or publish without a unit of work",
                    port.module, event_text(type.id)));
  }
  return stored_form_of(frame);
}

Stored Dispatch::publish_in_unit(Port& port, const EventType& type, const void* event, const PublishOptions& options,
                                 UnitOfWork& unit) {
  return store_in_unit(port, type, event, options, unit, Versions::this_one);
}

Stored Dispatch::publish_json_in_unit(Port& port, std::string_view event, std::string_view json,
                                      const PublishOptions& options, UnitOfWork& unit) {
  const EventDescriptor& descriptor = find_own_event(port, event).descriptor;
  const std::unique_ptr<void, void (*)(void*)> value(descriptor.make(), descriptor.destroy);
  from_json(value.get(), *descriptor.data, json, {});
  return store_in_unit(port, *descriptor.type, value.get(), options, unit, Versions::later_too);
}

Stored Dispatch::store_in_unit(Port& port, const EventType& type, const void* event, const PublishOptions& options,
                               UnitOfWork& unit, Versions versions) {
  const Stay stay(*this);
  if (stay.is_refused()) refuse(nullptr, port, type);
  const StoredEvent form = stored_form(port, type, event, options);
  const Stored stored = log_door_.opened().append(form, &unit);
  if (stored.duplicate || has_no_handlers(*find_plan(type))) return stored;
  unit.after_commit([this, call = StoredCall{&port, &type, copy_of(type, event), told_by(form.metadata), versions}] {
    call_after_commit(call);
  });
  return stored;
}

void Dispatch::call_after_commit(const StoredCall& call) noexcept {
  const Stay stay(*this);
  if (!stay.is_refused()) return this->call(call);
  log_.warning("an event was committed after the host had stopped: it is stored, and its handlers are not called",
               {{"stored_event", event_text(call.type->id)}, {"stored_event_id", call.told.id->to_string()}});
}

void Dispatch::call(const StoredCall& call) noexcept {
  try {
    PublishReport report(publish_stored(*call.port, *call.type, call.event.get(), call.told));
    const DeclaredEvent& declared = *find_event(call.type->id);
    if (call.versions == Versions::later_too && declared.upcaster != nullptr) {
      run_upcaster(*call.port, declared, call.event.get(), call.told, &call.told, report);
    }
  } catch (...) {
    log_.error("the handlers of a stored event could not be called", {{"stored_event", event_text(call.type->id)},
                                                                      {"stored_event_id", call.told.id->to_string()},
                                                                      {"error", current_exception_message()}});
  }
}

std::int64_t Dispatch::schedule(const Port& port, const EventType& type, const void* event, Time due,
                                const PublishOptions& options, UnitOfWork* unit) {
  const Stay stay(*this);
  if (stay.is_refused()) refuse(nullptr, port, type);
  const StoredEvent form = stored_form(port, type, event, options);
  return log_door_.opened().schedule(form, due, unit);
}

PendingStored Dispatch::publish_async(Port& port, const EventType& type, const void* event,
                                      const PublishOptions& options) {
  const Stay stay(*this);
  if (stay.is_refused()) refuse(nullptr, port, type);
  StoredEvent form = stored_form(port, type, event, options);
  EventLog& log = log_door_.opened();
  auto state = std::make_shared<PendingState>();
  background_began();
  try {
    if (has_no_handlers(*find_plan(type))) {
      log.append_later(std::move(form), [this, state](const Stored& stored, std::exception_ptr error) {
        state->fulfil(stored, std::move(error));
        background_ended();
      });
      return PendingStored(std::move(state));
    }
    StoredCall call{&port, &type, copy_of(type, event), told_by(form.metadata)};
    log.append_later(std::move(form),
                     [this, call = std::move(call), state](const Stored& stored, std::exception_ptr error) {
                       if (!error && !stored.duplicate) {
                         const Stay here(*this, Stay::When::counted);
                         this->call(call);
                       }
                       state->fulfil(stored, std::move(error));
                       background_ended();
                     });
  } catch (...) {
    background_ended();
    throw;
  }
  return PendingStored(std::move(state));
}

Stored publish(Port& port, const EventType& type, const void* event, const PublishOptions& options, UnitOfWork& unit) {
  if (port.dispatch != nullptr) return port.dispatch->publish_in_unit(port, type, event, options, unit);
  const Metadata metadata =
      with_frame_of_sink(port, type, event, options, [](const Frame& frame) { return frame.metadata(); });
  unit.after_commit(
      [sink = port.sink, &type, copy = copy_of(type, event), metadata] { sink->take(type, copy.get(), metadata); });
  return {};
}

std::int64_t schedule(Port& port, const EventType& type, const void* event, Time due, const PublishOptions& options,
                      UnitOfWork* unit) {
  if (port.dispatch != nullptr) return port.dispatch->schedule(port, type, event, due, options, unit);
  // A recording bus has no later.
  if (unit != nullptr) {
    static_cast<void>(publish(port, type, event, options, *unit));
  } else {
    const PublishReport ignored(Dispatch::give_to_sink(port, type, event, &options));
  }
  return 0;
}

PendingStored publish_async(Port& port, const EventType& type, const void* event, const PublishOptions& options) {
  if (port.dispatch != nullptr) return port.dispatch->publish_async(port, type, event, options);
  const PublishReport ignored(Dispatch::give_to_sink(port, type, event, &options));
  return ready({});
}

}  // namespace ashlar::detail

namespace ashlar {

bool EventBus::cancel_scheduled(std::int64_t number) {
  return port_->dispatch != nullptr && port_->dispatch->cancel_scheduled(number);
}

bool PendingStored::is_ready() const { return state_->is_ready(); }
void PendingStored::wait() const { state_->wait(); }
Stored PendingStored::get() const { return state_->get(); }

}  // namespace ashlar
