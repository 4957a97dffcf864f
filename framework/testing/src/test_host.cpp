#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/testing/test_host.hpp>
#include <exception>
#include <iostream>
#include <optional>
#include <utility>

#include "command_runner.hpp"
#include "records.hpp"
#include "selection.hpp"
#include "setup_parts.hpp"
#include "test_host_state.hpp"

namespace ashlar::testing {
namespace {

Configuration configuration_of(const std::string& yaml,
                               const std::vector<std::pair<std::string, std::string>>& values) {
  Configuration configuration;
  // A test means the same wherever it runs: it does not see the environment of the process.
  configuration.read_yaml(yaml, "the test's configuration", [](std::string_view) { return std::nullopt; });
  for (const auto& [path, value] : values) configuration.set(path, value, "the test's set()");
  return configuration;
}

// A probe may not fail: what it cannot read it records as such.
detail::Record record_of(const Envelope& envelope) {
  try {
    return {envelope.metadata(), std::string(envelope.data()), {}};
  } catch (const Error& error) {
    return {envelope.metadata(), std::nullopt, std::string("no JSON: ") + error.what()};
  }
}

}  // namespace

Setup TestHost::alone(std::unique_ptr<Module> module) {
  Setup setup;
  setup.add(std::move(module));
  return setup;
}

Setup TestHost::alone(std::string_view module, const std::vector<ModuleFactory>& from) {
  Setup setup(from);
  setup.also(module);
  return setup;
}

Setup TestHost::with_direct_dependencies(std::string_view module, const std::vector<ModuleFactory>& from) {
  Setup setup = alone(module, from);
  setup.parts_->dependencies = DirectDependencies::come_along;
  return setup;
}

Setup TestHost::with_all(const std::vector<ModuleFactory>& from) {
  Setup setup(from);
  for (const ModuleFactory& factory : from) setup.also(factory.name);
  return setup;
}

TestHost::TestHost(Setup& setup) : state_(std::make_unique<State>()) {
  Setup::Parts& parts = *setup.parts_;
  state_->real_time = parts.real_time;
  HostOptions options{.name = "test",
                      .configuration = configuration_of(parts.configuration, parts.values),
                      .data_directory = state_->directory.path(),
                      .log = state_->log,
                      .clock = parts.real_time ? nullptr : &state_->clock,
                      .routes = &state_->routes,
                      .event_log = state_->event_log};
  if (!parts.fakes_service(type_name<store::Store>())) options.services.offer<store::Store>(state_->store);
  if (!parts.fakes_service(type_name<store::DurableLog>())) {
    options.services.offer<store::DurableLog>(*state_->event_log);
  }
  for (const auto& change : parts.changes) change(options);
  ModuleHost& host = state_->host.emplace(std::move(options));
  for (auto& module : parts.take_modules()) host.add(std::move(module));
  state_->failures = host.on_handler_failed(
      [happenings = state_->happenings](const HandlerFailure& failure) { happenings->add(failure); });
  state_->states = host.on_module_state(
      [happenings = state_->happenings](const ModuleStateChange& change) { happenings->add(change); });
  state_->probe = host.live_events().subscribe(
      "#", [records = records()](const Envelope& envelope) { records->add(record_of(envelope)); });
}

TestHost::TestHost(Setup& setup, Started) : TestHost(setup) { start(); }

TestHost::~TestHost() {
  const StopReport report = stop();
  for (const std::string& failure : report.failures) std::cerr << "stopping the test's host: " << failure << '\n';
  for (const std::string& straggler : report.stragglers) std::cerr << "still running: " << straggler << '\n';
}

void TestHost::start() {
  try {
    host().start();
  } catch (const StartError& error) {
    // Test frameworks print the outermost text alone.
    const std::string text = full_message(error);
    if (text == error.what()) throw;
    std::throw_with_nested(StartError(text));
  }
}

StopReport TestHost::stop() { return host().stop(); }

EventBus& TestHost::bus_for(EventId event) {
  const std::optional<EventInfo> info = host().registry().find(event.name, event.version);
  if (!info) {
    throw Error("no module of this host declares " + detail::event_text(event) +
                ": add the one that does with also(), or a stand-in with emits<>()");
  }
  return host().bus_of(info->module);
}

PublishReport TestHost::publish_json(std::string_view event, std::string_view json, const PublishOptions& options) {
  const std::size_t at = event.rfind('@');
  const std::string version(at == std::string_view::npos ? "1" : event.substr(at + 1));
  const bool is_number = !version.empty() && version.size() < 9 &&
                         std::all_of(version.begin(), version.end(), [](char c) { return c >= '0' && c <= '9'; });
  const EventId id{event.substr(0, at), is_number ? std::stoi(version) : 0};
  return bus_for(id).publish_json(event, json, options);
}

EventBus& TestHost::bus_of(std::string_view module) { return host().bus_of(module); }

CommandResult TestHost::run(const std::vector<std::string>& words) { return run_command(host().commands(), words); }

bool TestHost::settle(std::chrono::milliseconds limit) { return host().settle(limit); }

Scenario TestHost::when(const std::function<void()>& stimulus) {
  Scenario scenario(*this);
  scenario.when(stimulus);
  return scenario;
}

HealthReport TestHost::health() { return host().health(); }

ModuleState TestHost::state(std::string_view module) const {
  for (const ModuleDescription& description : state_->host->describe().modules) {
    if (description.name == module) return description.state;
  }
  throw Error("there is no module '" + std::string(module) + "' in this host");
}

std::vector<HandlerFailure> TestHost::failures() const { return state_->happenings->failures(); }

Expectation TestHost::no_failures() const {
  std::string text = state_->happenings->failures_text();
  return failures().empty() ? Expectation::met(std::move(text)) : Expectation::failed(std::move(text));
}

std::vector<LogLine> TestHost::log_lines() const { return state_->log->lines(); }

Expectation TestHost::logged(std::string_view part) const { return state_->log->contains(part); }

VirtualClock& TestHost::clock() {
  if (state_->real_time) throw Error("this host was set up with real_time(), so it has no virtual clock");
  return state_->clock;
}

void TestHost::advance(std::chrono::milliseconds by) { clock().advance(by); }

const std::filesystem::path& TestHost::data_directory() const { return state_->directory.path(); }

ModuleHost& TestHost::host() { return *state_->host; }

}  // namespace ashlar::testing
