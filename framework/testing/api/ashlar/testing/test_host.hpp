#pragma once

#include <ashlar/host.hpp>
#include <ashlar/testing/recorded_log.hpp>
#include <ashlar/testing/recording.hpp>
#include <ashlar/testing/reply.hpp>
#include <ashlar/testing/scenario.hpp>
#include <ashlar/testing/setup.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <chrono>
#include <concepts>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ashlar::testing {

// Modules in a host of their own, as a test wants them:
//
//   EndlessStock stock;
//   TestHost orders = TestHost::alone("orders").with<inventory::Stock>(stock).start();
//   CHECK(orders.post("/orders", cart).has_status(201));
//   CHECK(orders.exactly<OrderPlaced>(1));
//
// It has a data directory, a log and a virtual clock of its own, a store::Store in a file there and its durable log,
// store::DurableLog, as services; serves routes and commands in process, without a socket, and records everything that is
// published in it. Stopped and removed from the disk when destroyed. Time limits of the host, such as those of health checks, count by the
// virtual clock too. Called by one thread at a time, except for what Recording, ModuleHost and VirtualClock allow to all.
class TestHost : public Recording {
 public:
  // The module by itself. The services it needs are given with(); the events of others that it handles are declared by
  // stand-ins, emits<>(), or by the real modules, also(). Likewise below.
  static Setup alone(std::unique_ptr<Module> module);
  static Setup alone(std::string_view module, const std::vector<ModuleFactory>& from = application_modules());

  // The module and those it needs itself, by service or by name, as far as their services are not given with().
  static Setup with_direct_dependencies(std::string_view module,
                                        const std::vector<ModuleFactory>& from = application_modules());

  // Every module.
  static Setup with_all(const std::vector<ModuleFactory>& from = application_modules());

  // These modules.
  template <std::derived_from<Module>... M>
  static Setup of(std::unique_ptr<M>... modules) {
    Setup setup;
    (setup.add(std::move(modules)), ...);
    return setup;
  }

  ~TestHost();

  // After Setup::make().
  void start();
  StopReport stop();

  // Publishes in the name of the module that declares the event, be it a stand-in. Throws as EventBus::publish() does, and
  // ashlar::Error where nobody declares it.
  template <Event E>
  PublishReport publish(const E& event, const PublishOptions& options = {}) {
    return bus_for(id_of<E>()).publish(event, options);
  }
  PublishReport publish_json(std::string_view event, std::string_view json, const PublishOptions& options = {});
  EventBus& bus_of(std::string_view module);

  template <class Service>
  Service& service() {
    return host().template service<Service>();
  }

  // Calls a route in process, as the HTTP server would: `path` may have a query, a body is a described struct or JSON text,
  // names of headers are in lower case. What the route throws becomes the answer that a client gets.
  using Headers = std::map<std::string, std::string>;
  Reply get(std::string_view path, Headers headers = {});
  Reply remove(std::string_view path, Headers headers = {});
  Reply post(std::string_view path, std::string body, Headers headers = {});
  Reply put(std::string_view path, std::string body, Headers headers = {});
  template <ashlar::detail::DescribedRecord T>
  Reply post(std::string_view path, const T& body, Headers headers = {}) {
    return post(path, to_json(body), std::move(headers));
  }
  template <ashlar::detail::DescribedRecord T>
  Reply put(std::string_view path, const T& body, Headers headers = {}) {
    return put(path, to_json(body), std::move(headers));
  }

  // Runs a command in process: run({"revenue", "--by", "month"}).
  CommandResult run(const std::vector<std::string>& words);

  // Waits until no background handler waits or runs and no stream consumer has anything to do at once; false when that is not
  // so after `limit`.
  bool settle(std::chrono::milliseconds limit = std::chrono::seconds{30});

  // Runs the stimulus and starts a scenario with it.
  Scenario when(const std::function<void()>& stimulus);

  HealthReport health();
  ModuleState state(std::string_view module) const;

  // What handlers threw so far; a failed expectation prints it.
  std::vector<HandlerFailure> failures() const;
  Expectation no_failures() const;

  std::vector<LogLine> log_lines() const;
  Expectation logged(std::string_view part) const;

  // Stands still until it is advanced. Throws ashlar::Error after Setup::real_time().
  VirtualClock& clock();
  void advance(std::chrono::milliseconds by);

  const std::filesystem::path& data_directory() const;

  // Everything else.
  ModuleHost& host();

 private:
  friend class Setup;
  friend class Scenario;
  struct State;

  struct Started {};
  explicit TestHost(Setup& setup);
  TestHost(Setup& setup, Started);
  EventBus& bus_for(EventId event);

  std::unique_ptr<State> state_;
};

}  // namespace ashlar::testing
