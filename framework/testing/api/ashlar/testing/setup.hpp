#pragma once

#include <ashlar/event.hpp>
#include <ashlar/host.hpp>
#include <ashlar/module.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ashlar::testing {

class TestHost;

namespace detail {

// A service that the test itself provides.
struct Fake {
  std::string_view service;
  std::function<void(Declaration&)> declare;
  std::function<void(ModuleContext&)> provide;
};

// An event that a module declares which is not there.
struct StandInEvent {
  std::string module;
  std::function<void(Declaration&)> declare;
};

}  // namespace detail

// What a TestHost is started from; TestHost::alone() and its sisters make one.
class [[nodiscard]] Setup {
 public:
  // No module at all; `from` is where also() finds some.
  explicit Setup(std::vector<ModuleFactory> from = {});
  ~Setup();
  Setup(Setup&&) noexcept;
  Setup& operator=(Setup&&) noexcept;

  // `fake` provides the service; a module of the list that provides it for real is left out. It belongs to the test and
  // outlives the host.
  template <class Service>
  Setup& with(Service& fake) {
    return add_fake({type_name<Service>(), [](Declaration& d) { d.provides<Service>(); },
                     [&fake](ModuleContext& c) { c.provide<Service>(fake); }});
  }

  // Stand-ins declare these events, each under the name of its domain (`payments` for `payments.payment.failed`), so that
  // handlers of them can be registered and TestHost::publish() can publish them.
  template <Event... E>
  Setup& emits() {
    (add_event({domain_of(id_of<E>().name), [](Declaration& d) { d.emits<E>(); }}), ...);
    return *this;
  }

  // One module more: the test's own, or another one of the list that this was made from; or one less.
  Setup& add(std::unique_ptr<Module> module);
  Setup& also(std::string_view module);
  Setup& without(std::string_view module);

  // The application's configuration as YAML, and single values of it: set("orders.max_lines", "50").
  Setup& configuration(std::string yaml);
  Setup& set(std::string path, std::string value);

  // Time passes by itself, by the machine's clock.
  Setup& real_time();

  // Middleware around every handler, inside what stands there already: Faults, or what the application has.
  Setup& around(std::shared_ptr<Middleware> middleware);

  // Changes whatever else a host can be told; called after everything above has been filled in.
  Setup& options(std::function<void(HostOptions&)> change);

  // Starts the host; throws what ModuleHost::start() throws. Once.
  TestHost start();

  // The same without the start, for tests of a start that fails: `host.start()` throws, and host.log_lines() is there.
  TestHost make();

 private:
  friend class TestHost;
  struct Parts;

  static std::string domain_of(std::string_view event);
  Setup& add_fake(detail::Fake fake);
  Setup& add_event(detail::StandInEvent event);

  std::unique_ptr<Parts> parts_;
};

}  // namespace ashlar::testing
