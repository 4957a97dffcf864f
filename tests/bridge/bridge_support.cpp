#include "bridge_support.hpp"

#include <thread>

namespace bridge_test {
namespace {

// Factories are plain functions, so what they make waits here.
thread_local std::vector<std::unique_ptr<ashlar::Module>> waiting;

}  // namespace

Process::Process(ashlar::testing::MemoryExchange& exchange, std::string configuration, Keeps keeps)
    : Process(ashlar::bridge::make_bridge_module(
                  "rabbitmq",
                  [&exchange](ashlar::bridge::BrokerOrder order) { return exchange.make_broker(order.topology); }),
              std::move(configuration), keeps) {}

Process::Process(std::unique_ptr<ashlar::Module> bridge, std::string configuration, Keeps keeps, ashlar::Clock* clock) {
  ashlar::HostOptions options{.name = "shop", .log = lines_, .clock = clock};
  options.configuration.read_yaml(configuration, "shop.yaml", ashlar::process_environment);
  options.data_directory = folder_.path();
  if (keeps == Keeps::log) {
    store_ = std::make_unique<ashlar::store::Store>(folder_.path() / "shop.db",
                                                    ashlar::store::StoreOptions{.min_free_bytes = 0});
    durable_ = std::make_shared<ashlar::store::DurableLog>([this] { return make_sqlite_log(*store_); });
    options.event_log = durable_;
    options.services.offer(*durable_);
  }
  host_ = std::make_unique<ashlar::ModuleHost>(std::move(options));
  host_->add(std::move(bridge));
}

Process& Process::with(std::string name, Does does) {
  host_->add(std::make_unique<FunctionModule>(std::move(name), std::move(does)));
  return *this;
}

Process& Process::without(std::string name, Does does) {
  waiting.push_back(std::make_unique<FunctionModule>(std::move(name), std::move(does)));
  host_->leave_out({"", [] {
                      auto module = std::move(waiting.back());
                      waiting.pop_back();
                      return module;
                    }});
  return *this;
}

bool Process::eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

bool Process::wait_for_out() {
  return eventually([this] {
    for (const auto& consumer : log().consumers()) {
      if (consumer.name == "rabbitmq.publish") return consumer.lag == 0;
    }
    return true;
  });
}

}  // namespace bridge_test
