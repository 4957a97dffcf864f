// From assembled modules to a running host, and the way back when one of them fails.

#include "dispatch/handled_by.hpp"
#include "host/core.hpp"
#include "host/deadline.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ashlar::detail {

void HostCore::prepare() {
  {
    std::lock_guard lock(mutex_);
    if (phase_ == Phase::running || phase_ == Phase::stopping) throw Error("the host runs already");
    if (phase_ == Phase::prepared) return;
  }
  assemble();
  end_last_run();
  dispatch.remove_handlers();
  for (const auto& record : records_) set_state(*record, ModuleState::created);
  try {
    for (std::size_t number : order_) prepare_module(*records_[number]);
    register_handlers();
    dispatch.compile();
    for (const auto& [module, pool] : dispatch.pools()) {
      checks.add(module + "/background", [&waiting = *pool] { return waiting.trouble(); });
    }
  } catch (...) {
    checks.clear(deadline_in(clock, options.stop_deadline));
    registry.take_problems();
    for (auto& [name, service] : services_) service.object = nullptr;
    dispatch.remove_handlers();
    throw;
  }
  std::lock_guard lock(mutex_);
  phase_ = Phase::prepared;
}

void HostCore::prepare_module(ModuleRecord& record) {
  record.routes_answer = std::make_shared<std::atomic<bool>>(true);
  try {
    check_dependencies(record);
    record.module->prepare(*record.context);
    check_provided(record);
  } catch (...) {
    if (!record.optional) fail_start(record, "failed in prepare()");
    fail_optional(record);
  }
}

void HostCore::check_provided(const ModuleRecord& record) const {
  for (const std::string& service : record.provides) {
    if (services_.find(service)->second.object != nullptr) continue;
    throw DeclarationError(
        fmt::format("it declares d.provides<{0}>() but did not hand the service over: call "
                    "context.provide<{0}>(object) in prepare()",
                    service));
  }
}

void HostCore::check_dependencies(const ModuleRecord& record) {
  for (std::size_t number : record.depends_on) {
    ModuleRecord& needed = *records_[number];
    std::lock_guard lock(needed.mutex);
    if (needed.state == ModuleState::failed) {
      throw StartError(fmt::format("it needs module '{}', which failed: {}", needed.name, needed.reason));
    }
  }
}

bool HostCore::lets_events_in() const {
  return std::any_of(order_.begin(), order_.end(),
                     [this](std::size_t number) { return records_[number]->lets_events_in; });
}

// What they would register here was never prepared, so nothing of it is kept.
void HostCore::note_handled_elsewhere() {
  std::vector<Handling> handled;
  std::vector<std::string> here;
  std::vector<std::string> elsewhere;
  for (const auto& [name, number] : numbers_) {
    ModuleRecord& record = *records_[number];
    (record.left_out ? elsewhere : here).push_back(name);
    if (!record.left_out || !lets_events_in()) continue;
    try {
      for (std::string& event : handled_by(*record.module)) handled.push_back({name, std::move(event)});
    } catch (...) {
      std::throw_with_nested(
          StartError(fmt::format("module '{}', which this process leaves out, failed in register_handlers(), which "
                                 "here only tells what it handles",
                                 name)));
    }
  }
  registry.set_modules(std::move(here), std::move(elsewhere));
  registry.set_handled_elsewhere(std::move(handled));
}

void HostCore::register_handlers() {
  note_handled_elsewhere();
  for (std::size_t place = 0; place < order_.size(); ++place) {
    ModuleRecord& record = *records_[order_[place]];
    if (state_of(record) == ModuleState::failed) continue;
    registry.begin_turn(record.name, place);
    try {
      record.module->register_handlers(registry);
    } catch (...) {
      registry.end_turn();
      if (!record.optional) fail_start(record, "failed in register_handlers()");
      fail_optional(record);
      dispatch.remove_handlers_of(record.name);
    }
    registry.end_turn();
  }
  for (const auto& record : records_) {
    if (record->left_out || state_of(*record) == ModuleState::failed) dispatch.note_absent(record->name);
  }
  std::vector<std::string> problems = registry.take_problems();
  for (std::string& problem : dispatch.connect_consumers()) problems.push_back(std::move(problem));
  check_durable_events(problems);
  if (!problems.empty()) throw DeclarationError(fmt::format("{}", fmt::join(problems, "\n")));
}

void HostCore::check_durable_events(std::vector<std::string>& problems) const {
  if (options.event_log) return;
  for (const auto& event : dispatch.events()) {
    if (!event->descriptor.durable || records_[numbers_.find(event->module)->second]->left_out) continue;
    problems.push_back(
        fmt::format("module '{}' declares event '{}' durable, but this host has no durable log: give it one with "
                    "HostOptions::event_log, or remove .durable()",
                    event->module, event_text(event->descriptor.id)));
  }
}

// A module that uses a service of the application may publish in a transaction of its store, and then it is too late to open
// the log of that store.
bool HostCore::needs_log() const {
  if (!options.event_log) return false;
  if (dispatch.has_consumers() || lets_events_in()) return true;
  for (const auto& event : dispatch.events()) {
    if (event->durable() && !records_[numbers_.find(event->module)->second]->left_out) return true;
  }
  for (const std::size_t number : order_) {
    for (const std::string& service : records_[number]->needs) {
      if (options.services.find(service) != nullptr) return true;
    }
  }
  return false;
}

void HostCore::open_log() {
  dispatch.log_door().allow();
  if (!needs_log()) return;
  try {
    dispatch.log_door().open();
  } catch (...) {
    std::throw_with_nested(StartError("the durable log could not be opened"));
  }
  checks.add("log", [&door = dispatch.log_door()] { return door.trouble(); });
}

void HostCore::start() {
  prepare();
  {
    std::lock_guard lock(mutex_);
    if (request_followed_) stop_requested_ = false;
    request_followed_ = false;
    watch_ends_ = false;
  }
  started_.clear();
  warn_of_deprecated_events();
  open_log();
  log_shutdown_.reset();
  dispatch.open();
  watch_ = std::thread([this] { watch(); });
  try {
    for (std::size_t number : order_) {
      ModuleRecord& record = *records_[number];
      if (state_of(record) == ModuleState::failed) continue;
      start_module(record);
      if (state_of(record) != ModuleState::failed) started_.push_back(number);
    }
    begin_log();
  } catch (...) {
    log_failures(take_down());
    throw;
  }
  std::lock_guard lock(mutex_);
  phase_ = Phase::running;
  log.info("host started", {{"modules", started_.size()}});
}

void HostCore::begin_log() {
  try {
    dispatch.log_door().begin();
  } catch (...) {
    std::throw_with_nested(StartError("the stream consumers could not begin to receive"));
  }
}

// Who asked for the event by a pattern did not ask for this one.
void HostCore::warn_of_deprecated_events() const {
  dispatch.each_handler([this](const Handler& handler) {
    if (handler.by_pattern) return;
    const DeclaredEvent* event = dispatch.find_event(handler.registered_for);
    if (event == nullptr || !event->descriptor.deprecated) return;
    log.warning("a handler is registered for a deprecated event", {{"of_module", handler.module},
                                                                   {"of_handler", handler.name},
                                                                   {"deprecated_event", handler.registered_for},
                                                                   {"since", event->descriptor.deprecated->since},
                                                                   {"advice", event->descriptor.deprecated->advice}});
  });
}

void HostCore::start_module(ModuleRecord& record) {
  set_state(record, ModuleState::starting);
  try {
    check_dependencies(record);
    record.module->start(*record.context);
  } catch (...) {
    if (!record.optional) fail_start(record, "failed to start");
    fail_optional(record);
    dispatch.remove_handlers_of(record.name);
    dispatch.compile();
    dispatch.open();
    return;
  }
  // It may have called itself degraded meanwhile.
  if (state_of(record) == ModuleState::starting) set_state(record, ModuleState::running);
}

void HostCore::fail_start(ModuleRecord& record, std::string_view what) {
  const std::string message = current_exception_message();
  set_state(record, ModuleState::failed, message);
  std::throw_with_nested(StartError(fmt::format("module '{}' {}", record.name, what)));
}

void HostCore::fail_optional(ModuleRecord& record) {
  const std::string message = current_exception_message();
  set_state(record, ModuleState::failed, message);
  record.routes_answer->store(false);
  log.warning("an optional module failed to start; the others go on",
              {{"failed_module", record.name}, {"error", message}});
  checks.clear(deadline_in(clock, options.stop_deadline), record.name);
  for (const std::string& service : record.provides) services_.find(service)->second.object = nullptr;
}

}  // namespace ashlar::detail
