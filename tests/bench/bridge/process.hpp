#pragma once

#include <ashlar/bridge/bridge.hpp>
#include <ashlar/host.hpp>
#include <ashlar/module.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/store.hpp>
#include <functional>
#include <memory>
#include <string>

#include "bridge_bench.hpp"

namespace bench {

// Publishes OrderPlaced, which leaves the process.
class Orders final : public ashlar::Module {
 public:
  std::string_view name() const override { return "orders"; }
  void declare(ashlar::Declaration& declaration) override {
    declaration.emits<OrderPlaced>().key(&OrderPlaced::order_id).leaves_the_process().durable();
  }
};

// One process of an application, with a store in `folder`.
class Process {
 public:
  // The section `rabbitmq:`; empty: it has no bridge.
  Process(const Folder& folder, const std::string& configuration);
  ~Process();

  ashlar::ModuleHost& host() { return *host_; }
  ashlar::EventBus& bus() { return host_->bus_of("orders"); }
  ashlar::bridge::BridgeStatus status() { return host_->service<ashlar::bridge::Bridge>().status(); }

  // Until everything is stored.
  void publish(std::int64_t events);

  // Starts, and waits until the line is up.
  void connect(ashlar::bridge::LinkStatus ashlar::bridge::BrokerStatus::*line);
  void wait_for(ashlar::bridge::LinkStatus ashlar::bridge::BrokerStatus::*line);

  // From now until the last of the `events` that are in the log is confirmed. `meanwhile` is called now and then.
  Measured measure_drain(std::int64_t events, const std::function<void()>& meanwhile = {});

 private:
  ashlar::store::Store store_;
  std::shared_ptr<ashlar::store::DurableLog> log_;
  std::unique_ptr<ashlar::ModuleHost> host_;
};

std::string publishing_configuration(const Bench& bench, int window);
std::string consuming_configuration(const Bench& bench, QueueType type);

}  // namespace bench
