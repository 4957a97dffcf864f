#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/configuration.hpp>
#include <ashlar/health.hpp>
#include <ashlar/log.hpp>
#include <ashlar/middleware.hpp>
#include <ashlar/module.hpp>
#include <ashlar/subscription.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar {

class EventLog;

namespace detail {
class HostCore;
}

// Services of the application itself, which outlives its host; modules ask for them as for those of another module.
class OfferedServices {
 public:
  template <class Service>
  OfferedServices& offer(Service& object) {
    objects_.insert_or_assign(std::string(type_name<Service>()), &object);
    return *this;
  }

  // Null: not offered.
  void* find(std::string_view service) const {
    const auto found = objects_.find(service);
    return found == objects_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string, void*, std::less<>> objects_;
};

struct HostOptions {
  std::string name = "application";
  Configuration configuration{};               // read already; the host claims the sections and checks the whole
  std::filesystem::path data_directory = ".";  // exists, or modules that keep files make it
  std::chrono::milliseconds stop_deadline{30'000};
  std::chrono::milliseconds health_limit{1'000};          // for each check
  int max_depth = 64;                                     // of events published inside handlers of events
  std::shared_ptr<LogSink> log{};                         // empty: nothing is written
  Clock* clock = nullptr;                                 // null: the machine's
  Routes* routes = nullptr;                               // null: routes are ignored
  std::vector<std::shared_ptr<Middleware>> middleware{};  // around every handler, the first outermost
  OfferedServices services{};
  std::shared_ptr<EventLog> event_log{};  // empty: no durable events, no stream consumers
};

struct ModuleStateChange {
  std::string module;
  ModuleState from = ModuleState::created;
  ModuleState to = ModuleState::created;
  std::string reason{};  // of degraded and failed
};

// What stop() met. Empty lists: everything stopped in order.
struct StopReport {
  std::vector<std::string> failures;    // `module 'x': …`, one for each stop() that threw
  std::vector<std::string> stragglers;  // what was still running at the deadline: a module's stop, a handler, a check
  bool clean() const noexcept { return failures.empty() && stragglers.empty(); }
};

struct HandlerStatistics {
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  std::uint64_t sampled =
      0;  // calls that were timed: one publish in 1,024 of each event and thread, every background one
  std::chrono::nanoseconds sampled_time{0};  // their sum
  std::chrono::nanoseconds slowest{0};
};

// What the host knows of itself, for `describe`, `explain` and metrics; a copy.
struct HandlerDescription {
  std::string module;
  std::string name;
  std::string registered_for;  // the event or pattern it named
  std::string group{};
  int priority = 0;
  Run run = Run::at_once;
  std::string consumer{};  // durable name of the stream consumer that it belongs to; empty: publish() calls it
  HandlerStatistics statistics{};
};

struct EventDescription {
  EventInfo event;
  std::vector<HandlerDescription> handlers{};  // in order of the plan
};

struct ModuleDescription {
  std::string name;
  ModuleState state = ModuleState::created;
  bool optional = false;
  std::vector<std::string> emits{};    // as registrations name them, in declared order
  std::vector<std::string> handles{};  // names and patterns, in registered order
  std::vector<std::string> needs{};    // services and modules, in declared order
  std::vector<std::string> provides{};
  std::vector<std::string> depends_on{};  // modules, by its needs
};

struct HostDescription {
  std::string name;
  std::vector<ModuleDescription> modules{};              // in start order
  std::vector<std::string> left_out{};                   // modules, in order of name; their events are among `events`
  std::vector<EventDescription> events{};                // in order of declaration
  std::vector<std::vector<std::string>> event_cycles{};  // modules that handle each other's events in a circle
};

// Starts, runs and stops modules. Several may live in one process; they share nothing. start(), stop() and wait() from one
// thread at a time and never inside a handler; everything else from any thread.
class ModuleHost {
 public:
  explicit ModuleHost(HostOptions options = {});

  // Stops, if it still runs. Waits for stragglers of a stop without limit, because they use what it destroys.
  ~ModuleHost();
  ModuleHost(const ModuleHost&) = delete;
  ModuleHost& operator=(const ModuleHost&) = delete;

  // Before assemble(). The host owns its modules until it is destroyed itself.
  void add(std::unique_ptr<Module> module);
  void add(ModuleFactory factory);

  // Before assemble(). A module of the application that this process does without. It declares itself, and nothing else of it
  // is called: so handlers for its events and its section of the configuration are no errors, and where another module
  // needs it the error can say so.
  void leave_out(ModuleFactory factory);

  // Makes the modules, collects what they declare and checks it (configuration, services, order, events); nothing of them
  // runs. Once; after it commands() and print_configuration() answer. start() does it where it was not called. Throws
  // StartError, ConfigurationError or DeclarationError.
  void assemble();

  // Goes as far as start() goes before the first module starts: assembles, prepares the modules in dependency order,
  // registers their handlers and compiles the plan. After it describe() answers in full; `describe` needs no more.
  void prepare();

  // Starts every module in dependency order, ties in order of name. When one fails, those before it are stopped in
  // reverse and StartError names it, the cause nested; the host can be started again.
  void start();

  // Takes no more events, waits for running handlers, stops the modules in reverse order, all within stop_deadline. When
  // it has returned no handler runs, but for the stragglers it names. A second stop is harmless. Throws Error only when
  // called inside a handler of this host, which would wait for itself: use request_stop() there.
  StopReport stop();

  // Blocks until request_stop() is called, by a signal for example; returns at once if it was.
  void wait();

  // Any thread, also inside a handler.
  void request_stop();

  // Waits until no background handler waits or runs and no stream consumer has anything to do at once; false when that is not so after `limit`. For tests, and for whoever
  // wants to see the end of what it published.
  bool settle(std::chrono::milliseconds limit = std::chrono::seconds{30});

  bool running() const;
  HealthReport health();
  HostDescription describe() const;
  const std::vector<Command>& commands() const;
  std::string print_configuration() const;

  // The declared events.
  const EventRegistry& registry() const;

  // The bus of a module, for those who act in its name: commands of the application, tests. Throws Error for an unknown one.
  EventBus& bus_of(std::string_view module);

  // A service by its interface, for the same. Throws Error where nobody provides it. Valid until stop().
  template <class Service>
  Service& service() {
    return *static_cast<Service*>(find_service(type_name<Service>()));
  }

  LiveEvents& live_events();

  // Each is called on the thread where it happens; what an observer throws is caught and logged.
  Subscription on_handler_failed(std::function<void(const HandlerFailure&)> observer);
  Subscription on_module_state(std::function<void(const ModuleStateChange&)> observer);

 private:
  void* find_service(std::string_view service);

  std::unique_ptr<detail::HostCore> core_;
};

// While it lives, SIGINT and SIGTERM call host.request_stop(), and a second one ends the process at once. One at a time in
// a process.
class StopOnSignals {
 public:
  explicit StopOnSignals(ModuleHost& host);
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ashlar
