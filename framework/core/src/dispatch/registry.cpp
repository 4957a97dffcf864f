#include "dispatch/registry.hpp"

#include "dispatch/consumer.hpp"
#include "json/schema.hpp"
#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>

#include <utility>

namespace ashlar::detail {
namespace {

EventInfo info_of(const DeclaredEvent& event) {
  const EventDescriptor& descriptor = event.descriptor;
  EventInfo info{.name = std::string(descriptor.id.name),
                 .version = descriptor.id.version,
                 .module = event.module,
                 .is_here = event.is_here,
                 .description = descriptor.description,
                 .type = std::string(descriptor.type_name),
                 .routing_key = event.routing_key,
                 .aggregate_type = descriptor.aggregate_type,
                 .leaves_the_process = descriptor.leaves_the_process,
                 .durable = event.durable(),
                 .has_key = static_cast<bool>(descriptor.key),
                 .deprecated = descriptor.deprecated,
                 .deprecated_fields = descriptor.deprecated_fields};
  info.schema = event_schema(*descriptor.data, event_text(descriptor.id), info);
  return info;
}

}  // namespace

void Registry::begin_turn(std::string_view module, std::size_t order) {
  module_ = module;
  order_ = order;
  names_.clear();
}

void Registry::end_turn() { module_.clear(); }

std::vector<std::string> Registry::take_problems() { return std::exchange(problems_, {}); }

std::optional<EventInfo> Registry::find(std::string_view name, int version) const {
  for (const auto& event : dispatch_.events()) {
    if (event->descriptor.id == EventId{name, version}) return info_of(*event);
  }
  return std::nullopt;
}

std::vector<EventInfo> Registry::events_of(std::string_view module) const {
  std::vector<EventInfo> events;
  for (const auto& event : dispatch_.events()) {
    if (event->module == module) events.push_back(info_of(*event));
  }
  return events;
}

std::vector<EventInfo> Registry::all() const {
  std::vector<EventInfo> events;
  for (const auto& event : dispatch_.events()) events.push_back(info_of(*event));
  return events;
}

std::vector<Handling> Registry::handled_here() const {
  std::vector<Handling> handled;
  dispatch_.each_handler([&](const Handler& handler) { handled.push_back({handler.module, handler.registered_for}); });
  return handled;
}

void Registry::add(EventId event, std::string_view type, HandlerFunction handler, HandlerOptions options) {
  const std::string reference = event_text(event);
  check_open(reference);
  add(reference, std::move(handler), std::move(options), type);
}

void Registry::add(std::string_view name_or_pattern, HandlerFunction handler, HandlerOptions options) {
  check_open(name_or_pattern);
  add(normal_event_reference(name_or_pattern), std::move(handler), std::move(options), {});
}

void Registry::check_open(std::string_view reference) const {
  if (!module_.empty()) return;
  throw DeclarationError(fmt::format(
      "a handler for '{}' was registered too late: handlers are registered in Module::register_handlers, while "
      "the host starts; for one that comes and goes, use LiveEvents::subscribe",
      reference));
}

void Registry::add(std::string reference, HandlerFunction function, HandlerOptions options, std::string_view type) {
  auto handler = std::make_unique<Handler>();
  handler->module = module_;
  handler->module_order = order_;
  handler->by_pattern = is_pattern(reference);
  handler->name = unused_name(options, reference);
  handler->registered_for = std::move(reference);
  handler->options = std::move(options);
  handler->function = std::move(function);
  check_declared(*handler, type);
  dispatch_.add_handler(std::move(handler));
}

StreamHandlers& Registry::add_stream(std::string_view name, StreamOptions options) {
  if (module_.empty()) {
    throw DeclarationError(
        fmt::format("stream consumer '{}' was registered too late: consumers are registered in "
                    "Module::register_handlers, while the "
                    "host starts",
                    name));
  }
  const std::string who = fmt::format("stream consumer '{}.{}'", module_, name);
  if (name.empty() || name.find('.') != std::string_view::npos || !has_event_name_characters(name)) {
    problems_.push_back(fmt::format(
        "{}: '{}' is no name for a consumer, which is its identity in the log: [a-z][a-z0-9_]*", who, name));
  } else if (!names_.insert(std::string(name)).second) {
    problems_.push_back(fmt::format(
        "module '{}' has two handlers or consumers named '{}': a consumer's name is its identity in the log, so give "
        "each a name of its own",
        module_, name));
  }
  check_stream_options(options, who, problems_);
  return dispatch_.add_consumer(
      std::make_shared<Consumer>(dispatch_, module_, order_, std::string(name), std::move(options)));
}

// The given name, which must be new in the module, or one made from what it is registered for.
std::string Registry::unused_name(const HandlerOptions& options, const std::string& reference) {
  std::string name = options.name.empty() ? reference : options.name;
  if (!options.name.empty() && names_.contains(name)) {
    problems_.push_back(
        fmt::format("module '{}' has two handlers named '{}': give each a name of its own", module_, name));
  }
  for (int number = 2; options.name.empty() && names_.contains(name); ++number)
    name = fmt::format("{}#{}", reference, number);
  names_.insert(name);
  return name;
}

void Registry::check_declared(const Handler& handler, std::string_view type) {
  if (handler.by_pattern) return;
  const DeclaredEvent* event = dispatch_.find_event(handler.registered_for);
  if (event == nullptr) {
    if (handler.options.presence == Presence::optional) return;
    problems_.push_back(fmt::format(
        "module '{}' handles event '{}', which no module declares: add the module that declares it, or "
        "register the handler with .presence = Presence::optional (modules/{}){}",
        handler.module, handler.registered_for, handler.module, dispatch_.did_you_mean_event(handler.registered_for)));
  } else if (!type.empty() && type != event->descriptor.type_name) {
    problems_.push_back(
        fmt::format("module '{}' handles event '{}' as type {}, but module '{}' declares it as {}: include "
                    "that module's header, or register by name and use Envelope::as<{}>()",
                    handler.module, handler.registered_for, type, event->module, event->descriptor.type_name, type));
  }
}

}  // namespace ashlar::detail
