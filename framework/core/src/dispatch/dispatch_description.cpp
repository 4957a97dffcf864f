// What is told of handlers and of what they did.

#include "dispatch/consumer.hpp"
#include "dispatch/dispatch.hpp"
#include "dispatch/report_details.hpp"

namespace ashlar::detail {

std::vector<HandlerDescription> Dispatch::handlers_of(const DeclaredEvent& event) const {
  std::vector<HandlerDescription> result;
  std::lock_guard lock(handlers_mutex_);
  if (tables_.empty()) return result;
  std::uint64_t published = 0;
  std::uint64_t converted = 0;
  slots_.each([&](const ThreadSlot& slot) {
    if (event.number >= slot.capacity) return;
    published += slot.calls[event.number].load(std::memory_order_relaxed);
    converted += slot.calls[events_.size() + event.number].load(std::memory_order_relaxed);
  });
  const auto add = [&](const Step& step, std::uint64_t calls) {
    const Handler& handler = *step.handler;
    const StepStatistics& from = *step.statistics;
    HandlerDescription description{.module = handler.module,
                                   .name = handler.name,
                                   .registered_for = handler.registered_for,
                                   .group = handler.options.group,
                                   .priority = handler.options.priority,
                                   .run = handler.options.run};
    description.statistics = {.calls = calls,
                              .failures = from.failures.load(std::memory_order_relaxed),
                              .sampled = from.sampled.load(std::memory_order_relaxed),
                              .sampled_time = std::chrono::nanoseconds(from.sampled_ns.load(std::memory_order_relaxed)),
                              .slowest = std::chrono::nanoseconds(from.slowest_ns.load(std::memory_order_relaxed))};
    result.push_back(std::move(description));
  };
  const EventPlan& plan = tables_.back()->plans[event.number];
  for (const Step* step = plan.steps; step != plan.end; ++step) {
    if (step->group == nullptr) {
      add(*step, published + (step->handler->by_pattern ? 0 : converted));
    } else {
      for (const Step& member : step->group->members) {
        add(member, member.statistics->calls.load(std::memory_order_relaxed));
      }
    }
  }
  for (const auto& consumer : consumers_) {
    consumer->each_step_of(event, [&](const Step& step) {
      if (step.handler == nullptr) return;  // not compiled yet
      add(step, step.statistics->calls.load(std::memory_order_relaxed));
      result.back().consumer = consumer->full_name();
    });
  }
  return result;
}

std::vector<HandlerOutcome> Dispatch::outcomes(const PublishReport& report) {
  std::vector<HandlerOutcome> result;
  const Outcome& outcome_of_all = report.outcome_;
  if (outcome_of_all.plan != nullptr) {
    const EventPlan& plan = *outcome_of_all.plan;
    for (const Step* step = plan.steps; step != plan.end; ++step) {
      const Step& called =
          step->group == nullptr ? *step : step->group->members[turn_of(outcome_of_all, step->group->number)];
      HandlerOutcome outcome{.module = called.handler->module, .handler = called.handler->name};
      const std::string event = event_text(plan.event->descriptor.id);
      for (const HandlerFailure& failure : report.failures()) {
        outcome.failed = outcome.failed || (failure.module == outcome.module && failure.handler == outcome.handler &&
                                            failure.event == event);
      }
      result.push_back(std::move(outcome));
    }
  }
  const ReportDetails* details = details_of(outcome_of_all);
  if (details != nullptr && details->converted) {
    for (HandlerOutcome& outcome : outcomes(*details->converted)) result.push_back(std::move(outcome));
  }
  return result;
}

}  // namespace ashlar::detail
