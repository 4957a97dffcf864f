// What a stream consumer takes, and which of its handlers takes it.

#include "dispatch/consumer.hpp"

#include "dispatch/chain.hpp"
#include "dispatch/dispatch.hpp"
#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ashlar::detail {

Consumer::Consumer(Dispatch& dispatch, std::string module, std::size_t module_order, std::string name,
                   StreamOptions options)
    : dispatch_(dispatch),
      module_(std::move(module)),
      module_order_(module_order),
      name_(std::move(name)),
      options_(std::move(options)) {}

void Consumer::add(EventId event, std::string_view type, StreamFunction handler) {
  add(event_text(event), type, std::move(handler));
}

void Consumer::add(std::string_view name_or_pattern, StreamFunction handler) {
  add(normal_event_reference(name_or_pattern), {}, std::move(handler));
}

void Consumer::add(std::string reference, std::string_view type, StreamFunction function) {
  if (connected_) {
    throw DeclarationError(fmt::format(
        "a handler for '{}' was added to stream consumer '{}' too late: that is done in Module::register_handlers",
        reference, full_name()));
  }
  auto handler = std::make_unique<Handler>();
  handler->module = module_;
  handler->module_order = module_order_;
  handler->by_pattern = is_pattern(reference);
  handler->name = name_;
  handler->registered_for = reference;
  handler->options.name = name_;
  handler->function = {std::move(function.object), function.call};
  handler->consumer = this;
  handler->takes_batches = function.takes_batches;
  takes_batches_ = takes_batches_ || function.takes_batches;
  takings_.push_back({.reference = std::move(reference),
                      .type = std::string(type),
                      .by_pattern = handler->by_pattern,
                      .handler = handler.get()});
  dispatch_.add_handler(std::move(handler));
}

void Consumer::check(std::vector<std::string>& problems) const {
  const std::string who = fmt::format("stream consumer '{}'", full_name());
  if (takings_.empty()) problems.push_back(who + " takes no events: give it a handler with on()");
  if (takes_batches_ && takings_.size() > 1) {
    problems.push_back(who + " has a batch handler beside others: a batch handler is the only one of its consumer");
  }
  for (const Taking& taking : takings_) {
    if (&taking != &*std::find_if(takings_.begin(), takings_.end(),
                                  [&](const Taking& it) { return it.reference == taking.reference; })) {
      problems.push_back(fmt::format("{} has two handlers for '{}': each event goes to one", who, taking.reference));
    }
    if (taking.by_pattern) continue;
    const DeclaredEvent* event = dispatch_.find_event(taking.reference);
    if (event == nullptr) {
      problems.push_back(
          fmt::format("{} takes event '{}', which no module declares: add the module that declares it (modules/{}){}",
                      who, taking.reference, module_, dispatch_.did_you_mean_event(taking.reference)));
    } else if (!taking.type.empty() && taking.type != event->descriptor.type_name) {
      problems.push_back(
          fmt::format("{} takes event '{}' as type {}, but module '{}' declares it as {}: include that module's "
                      "header, or register by name and use Envelope::as<{}>()",
                      who, taking.reference, taking.type, event->module, event->descriptor.type_name, taking.type));
    }
  }
}

void Consumer::connect(std::vector<std::string>& problems) {
  connected_ = true;
  check(problems);
  for (const auto& event : dispatch_.events()) {
    routes_.push_back(route_of(*event));
    if (routes_.back().place != nullptr) event->consumed.store(true, std::memory_order_relaxed);
  }
  for (const Taking& taking : takings_) {
    if (taking.by_pattern) place_for(taking, nullptr);
  }
}

Consumer::Route Consumer::route_of(const DeclaredEvent& event) {
  Route route;
  const DeclaredEvent* at = &event;
  while (true) {
    if (const Taking* taking = taking_by_name(event_text(at->descriptor.id))) {
      route.place = &place_for(*taking, at);
      return route;
    }
    if (at->upcaster == nullptr) break;
    route.path.push_back(at->upcaster);
    at = dispatch_.find_event(at->upcaster->to);
  }
  const Taking* taking = taking_by_pattern(event.descriptor.id.name);
  return {.place = taking == nullptr ? nullptr : &place_for(*taking, &event)};
}

const Consumer::Taking* Consumer::taking_by_name(std::string_view reference) const {
  for (const Taking& taking : takings_) {
    if (!taking.by_pattern && taking.reference == reference) return &taking;
  }
  return nullptr;
}

const Consumer::Taking* Consumer::taking_by_pattern(std::string_view name) const {
  for (const Taking& taking : takings_) {
    if (taking.by_pattern && matches(taking.reference, name)) return &taking;
  }
  return nullptr;
}

Consumer::Place& Consumer::place_for(const Taking& taking, const DeclaredEvent* event) {
  for (Place& place : places_) {
    if (place.taking == &taking && place.plan.event == event) return place;
  }
  Place& place = places_.emplace_back();
  place.taking = &taking;
  place.plan.event = event;
  place.plan.owner = event != nullptr ? &dispatch_.port_of(*event) : dispatch_.port_of(module_);
  place.statistics.event = event != nullptr ? event->number : 0;
  return place;
}

Consumer::Place* Consumer::place_of_undeclared(std::string_view name) {
  const Taking* taking = taking_by_pattern(name);
  return taking == nullptr ? nullptr : &place_for(*taking, nullptr);
}

void Consumer::set_steps() {
  for (Place& place : places_) {
    if (place.step.call != nullptr) continue;
    Handler* handler = place.taking->handler;
    place.step = handler->chain == nullptr
                     ? Step{handler->function.call, handler->function.object.get(), handler, nullptr, &place.statistics}
                     : Step{&call_through_chain, handler->chain.get(), handler, nullptr, &place.statistics};
  }
}

LoggedConsumer Consumer::logged(std::shared_ptr<Consumer> self) const {
  LoggedConsumer logged{.name = full_name(), .events = {}, .options = options_, .receiver = std::move(self)};
  for (const Taking& taking : takings_) logged.events.push_back(taking.reference);
  for (std::size_t number = 0; number < routes_.size(); ++number) {
    if (!routes_[number].path.empty() && routes_[number].place != nullptr) {
      logged.events.push_back(event_text(dispatch_.events()[number]->descriptor.id));
    }
  }
  if (intermediary_) return intermediary_(std::move(logged));
  return logged;
}

std::size_t Consumer::most_at_once() const {
  if (disabled_.load(std::memory_order_relaxed)) return 0;
  return takes_batches_ ? options_.batch_size : 1;
}

void check_stream_options(const StreamOptions& options, const std::string& who, std::vector<std::string>& problems) {
  const auto check = [&](bool sane, std::string_view what) {
    if (!sane) problems.push_back(fmt::format("{}: {}", who, what));
  };
  check(options.batch_size >= 1, "batch_size is at least 1");
  check(options.workers >= 1, "workers are at least 1");
  check(options.max_in_flight >= 1, "max_in_flight is at least 1");
  check(options.max_deliver >= 1, "max_deliver is at least 1");
  constexpr std::chrono::hours year{24 * 366};
  check(options.max_in_flight <= 1'000'000'000, "max_in_flight is at most 1,000,000,000");
  check(options.ack_wait.count() > 0 && options.ack_wait <= year, "ack_wait is more than 0 and at most a year");
  check(options.backoff.count() >= 0 && options.max_backoff.count() >= 0, "backoff and max_backoff are 0 or more");
  check(options.max_backoff <= year, "max_backoff is at most a year");
  check(options.jitter >= 0 && options.jitter <= 1, "jitter is from 0 to 1");
}

Consumer& Dispatch::add_consumer(std::shared_ptr<Consumer> consumer) {
  const std::lock_guard lock(handlers_mutex_);
  return *consumers_.emplace_back(std::move(consumer));
}

std::vector<std::string> Dispatch::connect_consumers() {
  std::vector<std::string> problems;
  const std::lock_guard lock(handlers_mutex_);
  for (const auto& consumer : consumers_) {
    consumer->connect(problems);
    if (log_door_.exists()) continue;
    problems.push_back(
        fmt::format("module '{}' registers stream consumer '{}', but this host has no durable log: give it one with "
                    "HostOptions::event_log",
                    consumer->module(), consumer->full_name()));
  }
  return problems;
}

void Dispatch::check_renamed() const {
  for (const auto& event : events_) {
    for (const std::string& old : event->descriptor.renamed_from) {
      const std::string what = fmt::format("module '{}' says that event '{}' was renamed from '{}'", event->module,
                                           event_text(event->descriptor.id), old);
      if (!is_event_name(old)) throw DeclarationError(what + ", which is no event name");
      const DeclaredEvent* other = find_event(EventId{old, event->descriptor.id.version});
      if (other == nullptr) continue;
      throw DeclarationError(
          fmt::format("{}, which module '{}' still declares: stored events of that name can be one of the two only",
                      what, other->module));
    }
  }
}

LogPlan Dispatch::log_plan() const {
  LogPlan plan{.events = {}, .consumers = {}, .clock = &clock_, .log = sink_};
  for (const auto& event : events_) {
    plan.events.push_back({.name = std::string(event->descriptor.id.name),
                           .version = event->descriptor.id.version,
                           .renamed_from = event->descriptor.renamed_from});
  }
  const std::lock_guard lock(handlers_mutex_);
  plan.absent = absent_;
  for (const auto& consumer : consumers_) {
    if (consumer->most_at_once() > 0) plan.consumers.push_back(consumer->logged(consumer));
  }
  return plan;
}

}  // namespace ashlar::detail
