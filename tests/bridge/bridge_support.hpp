#pragma once

#include <ashlar/bridge/bridge.hpp>
#include <ashlar/bridge/bridge_module.hpp>
#include <ashlar/host.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/testing/memory_broker.hpp>
#include <ashlar/testing/recorded_log.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

// What the tests of the bridge share: modules made of functions, and processes of an application that differ in what they
// leave out.
namespace bridge_test {

struct Placed {
  std::string order;
  int number = 0;
};
ASHLAR_EVENT(Placed, "orders.order.placed", 1, order, number)

struct Noted {
  int number = 0;
};
ASHLAR_EVENT(Noted, "orders.note.written", 1, number)

struct Paid {
  std::string order;
};
ASHLAR_EVENT(Paid, "payments.payment.made", 1, order)

// What handlers heard, in order. Any thread.
class Heard {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  // Until there are so many.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds{30}, [&] { return lines_.size() >= count; });
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

struct Does {
  std::function<void(ashlar::Declaration&)> declare{};
  std::function<void(ashlar::EventRegistry&)> handlers{};
};

class FunctionModule final : public ashlar::Module {
 public:
  FunctionModule(std::string name, Does does) : name_(std::move(name)), does_(std::move(does)) {}

  std::string_view name() const override { return name_; }
  void declare(ashlar::Declaration& d) override {
    if (does_.declare) does_.declare(d);
  }
  void register_handlers(ashlar::EventRegistry& r) override {
    if (does_.handlers) does_.handlers(r);
  }

 private:
  std::string name_;
  Does does_;
};

enum class Keeps { log, nothing };

// One process of an application: a host with a bridge, and a store of its own where it keeps a log.
class Process {
 public:
  // To `exchange`.
  Process(ashlar::testing::MemoryExchange& exchange, std::string configuration, Keeps keeps = Keeps::log);
  Process(std::unique_ptr<ashlar::Module> bridge, std::string configuration, Keeps keeps = Keeps::log,
          ashlar::Clock* clock = nullptr);
  ~Process() { host_->stop(); }

  Process& with(std::string name, Does does);
  Process& without(std::string name, Does does);
  Process& start() {
    host_->start();
    return *this;
  }

  ashlar::ModuleHost& host() { return *host_; }
  ashlar::EventBus& bus(std::string_view module) { return host_->bus_of(module); }
  ashlar::store::Store& store() { return *store_; }
  ashlar::store::LogStore& log() { return durable_->store(); }
  const ashlar::testing::RecordedLog& lines() const { return *lines_; }
  ashlar::bridge::BridgeStatus status() { return host_->service<ashlar::bridge::Bridge>().status(); }

  // Waits until it holds, as long as a test may wait.
  static bool eventually(const std::function<bool()>& holds);

  // Until everything that was to go out has gone.
  bool wait_for_out();

 private:
  ashlar::testing::TemporaryDirectory folder_;
  std::shared_ptr<ashlar::testing::RecordedLog> lines_ = std::make_shared<ashlar::testing::RecordedLog>();
  std::unique_ptr<ashlar::store::Store> store_;
  std::shared_ptr<ashlar::store::DurableLog> durable_;
  std::unique_ptr<ashlar::ModuleHost> host_;
};

}  // namespace bridge_test
