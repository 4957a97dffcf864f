// What is refused, and what becomes of what handlers throw.

#include "dispatch/dispatch.hpp"
#include "dispatch/report_details.hpp"
#include "text/nearest.hpp"

#include <fmt/format.h>

namespace ashlar::detail {

std::string Dispatch::did_you_mean_event(std::string_view reference) const {
  std::vector<std::string> known;
  for (const auto& declared : events_) known.push_back(event_text(declared->descriptor.id));
  const std::vector<std::string_view> names(known.begin(), known.end());
  return did_you_mean(reference, names);
}

void Dispatch::refuse(ThreadSlot* slot, const Port& port, const EventType& type) {
  if (slot != nullptr) leave(*slot);
  const EventId& id = type.id;
  const auto declared = events_by_reference_.find(event_text(id));
  if (declared == events_by_reference_.end()) {
    throw PublishRefused(
        fmt::format("module '{}' published '{}', which no module declares: add d.emits<>() for it to "
                    "declare() (modules/{})",
                    port.module, event_text(id), port.module));
  }
  if (declared->second->module != port.module) {
    throw PublishRefused(
        fmt::format("module '{}' published '{}', which only module '{}' may, because that one declared it: "
                    "handle it, or publish an event of your own",
                    port.module, event_text(id), declared->second->module));
  }
  const EventDescriptor& descriptor = declared->second->descriptor;
  if (descriptor.type->index != type.index) {
    throw PublishRefused(
        fmt::format("module '{}' published '{}' as another type than {}, which it declared: publish that one",
                    port.module, event_text(id), descriptor.type_name));
  }
  throw PublishRefused(
      fmt::format("module '{}' published '{}' while the host takes no events: it takes them from the start "
                  "of its first module until it begins to stop",
                  port.module, event_text(id)));
}

void Dispatch::refuse_depth(const Port& port, const Frame& frame) const {
  throw DepthExceeded(
      fmt::format("module '{}' published '{}' {} events deep, {} are allowed (HostOptions::max_depth): {}", port.module,
                  event_text(frame.event_id()), frame.depth, max_depth_, frame.chain()));
}

void Dispatch::keep(Outcome& outcome, HandlerFailure failure) {
  make_details(outcome).failures.push_back(std::move(failure));
}

const Step* Dispatch::record_failure(const Frame& frame) noexcept {
  const Step* const failed = frame.slot->running.load(std::memory_order_relaxed);
  failed->statistics->failures.fetch_add(1, std::memory_order_relaxed);
  record(frame, failed->handler->module, failed->handler->name);
  const Step* step = frame.plan().steps;
  while (step != failed && !(step->group != nullptr && step->group->has(failed))) ++step;
  return step;
}

void Dispatch::record_live_failure(const Frame& frame) noexcept { record(frame, "", "live subscription"); }

// The memory to report a failure with may be what is lacking; the counter has it then, and the next handler still runs.
void Dispatch::record(const Frame& frame, const std::string& module, const std::string& handler) noexcept {
  try {
    HandlerFailure failure = describe_failure(frame, module, handler);
    tell(failure);
    keep(frame.outcome, std::move(failure));
  } catch (...) {
    log_.error("a failure could not be reported in full");
  }
}

void Dispatch::tell(const HandlerFailure& failure) {
  if (failure.delivery == 0) {
    log_.error("handler failed", {{"failed_event", failure.event},
                                  {"failed_event_id", failure.event_id},
                                  {"failed_module", failure.module},
                                  {"failed_handler", failure.handler},
                                  {"error", failure.message}});
  } else {
    log_.error("handler failed", {{"failed_event", failure.event},
                                  {"failed_event_id", failure.event_id},
                                  {"failed_module", failure.module},
                                  {"failed_handler", failure.handler},
                                  {"delivery", failure.delivery},
                                  {"error", failure.message}});
  }
  failures_.tell(failure);
}

}  // namespace ashlar::detail
