#include "dispatch/dispatch.hpp"
#include "dispatch/report_details.hpp"

#include <ashlar/event_bus.hpp>
#include <ashlar/event_sink.hpp>

#include <fmt/format.h>

namespace ashlar {

namespace {

[[noreturn]] void refuse_json(std::string_view event) {
  throw PublishRefused(
      fmt::format("'{}' cannot be published as JSON here: this bus records events and knows no declarations", event));
}

}  // namespace

std::string_view EventBus::module() const noexcept { return port_->module; }

PublishReport EventBus::publish_json(std::string_view event, std::string_view json, const PublishOptions& options) {
  if (port_->dispatch == nullptr) refuse_json(event);
  return port_->dispatch->publish_json(*port_, event, json, options);
}

Stored EventBus::publish_json(UnitOfWork& unit, std::string_view event, std::string_view json,
                              const PublishOptions& options) {
  if (port_->dispatch == nullptr) refuse_json(event);
  return port_->dispatch->publish_json_in_unit(*port_, event, json, options, unit);
}

SinkBus::SinkBus(EventSink& sink, std::string module, Clock& clock)
    : SinkBus([&] {
        auto port = std::make_unique<detail::Port>();
        port->module = std::move(module);
        port->sink = &sink;
        port->clock = &clock;
        return port;
      }()) {}

SinkBus::SinkBus(std::unique_ptr<detail::Port> port) : EventBus(*port), own_port_(std::move(port)) {}

SinkBus::~SinkBus() = default;

namespace detail {

const std::vector<HandlerFailure>& failures_of(Outcome outcome) noexcept {
  static const std::vector<HandlerFailure> none;
  const ReportDetails* details = details_of(outcome);
  return details != nullptr ? details->failures : none;
}

void drop_details(Outcome outcome) noexcept { delete details_of(outcome); }

}  // namespace detail

std::size_t PublishReport::handlers() const noexcept {
  if (outcome_.plan == nullptr) return failures().size();
  const std::size_t own = static_cast<std::size_t>(outcome_.plan->end - outcome_.plan->steps);
  const detail::ReportDetails* details = detail::details_of(outcome_);
  return details != nullptr && details->converted ? own + details->converted->handlers() : own;
}

std::vector<HandlerOutcome> PublishReport::outcomes() const { return detail::Dispatch::outcomes(*this); }

std::string PublishReport::to_string() const {
  std::string text = fmt::format("{} handler{}", handlers(), handlers() == 1 ? "" : "s");
  if (ok()) return text;
  text += fmt::format(", {} failed", failures().size());
  std::string_view separator = ": ";
  for (const HandlerFailure& failure : failures()) {
    text += fmt::format("{}{}{}{}: {}", separator, failure.module, failure.module.empty() ? "" : "/", failure.handler,
                        failure.message);
    separator = "; ";
  }
  return text;
}

void PublishReport::throw_if_failed() const {
  if (!ok()) throw HandlersFailed(failures().front().event + ": " + to_string());
}

}  // namespace ashlar
