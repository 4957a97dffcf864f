#pragma once

#include <ashlar/host.hpp>
#include <ashlar/testing/recorded_log.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the tests of the bus and of the host share: a module made of functions, and a host to put modules in.
namespace support {

// What a module does; what is left out it does not.
struct Does {
  std::function<void(ashlar::Declaration&)> declare{};
  std::function<void(ashlar::ModuleContext&)> prepare{};
  std::function<void(ashlar::EventRegistry&)> handlers{};
  std::function<void(ashlar::ModuleContext&)> start{};
  std::function<void()> stopping{};
  std::function<void()> stop{};
};

class FunctionModule final : public ashlar::Module {
 public:
  FunctionModule(std::string name, Does does) : name_(std::move(name)), does_(std::move(does)) {}

  std::string_view name() const override { return name_; }
  void declare(ashlar::Declaration& declaration) override {
    if (does_.declare) does_.declare(declaration);
  }
  void prepare(ashlar::ModuleContext& context) override {
    if (does_.prepare) does_.prepare(context);
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    if (does_.handlers) does_.handlers(registry);
  }
  void start(ashlar::ModuleContext& context) override {
    if (does_.start) does_.start(context);
  }
  void stopping() override {
    if (does_.stopping) does_.stopping();
  }
  void stop() override {
    if (does_.stop) does_.stop();
  }

 private:
  std::string name_;
  Does does_;
};

// A declaration of these events and nothing else.
template <ashlar::Event... E>
std::function<void(ashlar::Declaration&)> emits() {
  return [](ashlar::Declaration& declaration) { (declaration.emits<E>(), ...); };
}

// A host whose log is kept and whose clock stands still until it is moved.
class House {
 public:
  explicit House(ashlar::HostOptions options = {}) : host_(completed(std::move(options))) {}

  House& with(std::string module, Does does) {
    host_.add(std::make_unique<FunctionModule>(std::move(module), std::move(does)));
    return *this;
  }
  House& start() {
    host_.start();
    return *this;
  }

  ashlar::ModuleHost& host() { return host_; }
  ashlar::EventBus& bus(std::string_view module) { return host_.bus_of(module); }
  ashlar::testing::VirtualClock& clock() { return clock_; }
  const ashlar::testing::RecordedLog& log() const { return *log_; }

 private:
  ashlar::HostOptions completed(ashlar::HostOptions options) {
    options.log = log_;
    options.clock = &clock_;
    return options;
  }

  std::shared_ptr<ashlar::testing::RecordedLog> log_ = std::make_shared<ashlar::testing::RecordedLog>();
  ashlar::testing::VirtualClock clock_;
  ashlar::ModuleHost host_;
};

using Calls = std::vector<std::string>;

}  // namespace support

template <>
struct doctest::StringMaker<support::Calls> {
  static String convert(const support::Calls& calls) {
    std::string text;
    for (const std::string& call : calls) text += (text.empty() ? "" : " | ") + call;
    return String(text.c_str());
  }
};
