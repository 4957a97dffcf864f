#include <ashlar/store/store.hpp>
#include <ashlar/store/transaction.hpp>
#include <ashlar/testing/test_host.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

using ashlar::testing::TestHost;

namespace {

struct Rang {
  int number = 0;
};
ASHLAR_EVENT(Rang, "bells.bell.rang", 1, number)

// Writes each ring into a table of its own, in the transaction that publishes it; and counts, as a stream consumer, what
// came of it.
class Bells final : public ashlar::Module {
 public:
  explicit Bells(std::atomic<int>& heard) : heard_(heard) {}

  std::string_view name() const override { return "bells"; }
  void declare(ashlar::Declaration& d) override {
    d.emits<Rang>();
    d.needs<ashlar::store::Store>();
  }
  void prepare(ashlar::ModuleContext& context) override {
    store_ = &context.service<ashlar::store::Store>();
    bus_ = &context.bus();
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on_stream<Rang>("audit", {.max_deliver = 2}, [this](const Rang& e) {
      heard_ += e.number;
      if (e.number < 0) throw std::runtime_error("too loud");
    });
  }

  void ring(int number, bool commits) {
    ashlar::store::Database database = store_->connect();
    ashlar::store::Transaction transaction(database);
    bus_->publish(transaction, Rang{number});
    if (commits) transaction.commit();
  }

 private:
  std::atomic<int>& heard_;
  ashlar::store::Store* store_ = nullptr;
  ashlar::EventBus* bus_ = nullptr;
};

struct Tower {
  std::atomic<int> heard{0};
  Bells* bells = nullptr;
  TestHost host = TestHost::of([this] {
                    auto made = std::make_unique<Bells>(heard);
                    bells = made.get();
                    return made;
                  }())
                      .start();
};

}  // namespace

TEST_CASE("A test's host has a store and a durable log: what is committed reaches stream consumers, once settled") {
  Tower tower;
  tower.bells->ring(1, true);
  tower.bells->ring(10, false);
  CHECK(tower.host.settle());
  CHECK(tower.heard == 1);
  CHECK(tower.host.no_failures());
}

TEST_CASE("Plain and asynchronous publishes of an event that a stream consumer takes reach it too") {
  Tower tower;
  tower.host.publish(Rang{2});
  const ashlar::PendingStored pending = tower.host.bus_of("bells").publish_async(Rang{3});
  CHECK(pending.get().sequence > 0);
  CHECK(tower.host.settle());
  CHECK(tower.heard == 5);
}

TEST_CASE(
    "E11: a module schedules an event, in its transaction or by itself, and cancels it; it comes when its time has "
    "come") {
  Tower tower;
  ashlar::EventBus& bus = tower.host.bus_of("bells");
  const ashlar::Time due = tower.host.clock().now() + std::chrono::seconds{60};
  bus.schedule(Rang{1}, due);
  const std::int64_t number = bus.schedule(Rang{10}, due);
  ashlar::store::Database database = tower.host.service<ashlar::store::Store>().connect();
  {
    ashlar::store::Transaction rolled_back(database);
    bus.schedule(rolled_back, Rang{100}, due);
  }
  {
    ashlar::store::Transaction transaction(database);
    bus.schedule(transaction, Rang{1'000}, due);
    transaction.commit();
  }
  CHECK(bus.cancel_scheduled(number));
  CHECK_FALSE(bus.cancel_scheduled(number));
  CHECK(tower.host.settle());
  CHECK(tower.heard == 0);
  tower.host.advance(std::chrono::seconds{60});
  CHECK(tower.host.settle());
  CHECK(tower.heard == 1'001);
}

TEST_CASE("What a stream consumer failed at comes again when the clock says so") {
  Tower tower;
  tower.host.publish(Rang{-1});
  CHECK(tower.host.settle());
  CHECK(tower.heard == -1);
  tower.host.advance(std::chrono::seconds{2});
  CHECK(tower.host.settle());
  CHECK(tower.heard == -2);
  CHECK(tower.host.failures().size() == 2);
}

namespace {

// Takes rings, and fails to start while it is told so.
class Choir final : public ashlar::Module {
 public:
  Choir(std::atomic<int>& heard, const bool& is_hoarse) : heard_(heard), is_hoarse_(is_hoarse) {}

  std::string_view name() const override { return "choir"; }
  void declare(ashlar::Declaration& d) override { d.optional(); }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on_stream<Rang>("sing", {}, [this](const Rang& e) { heard_ += e.number; });
  }
  void start(ashlar::ModuleContext&) override {
    if (is_hoarse_) throw std::runtime_error("hoarse");
  }

 private:
  std::atomic<int>& heard_;
  const bool& is_hoarse_;
};

}  // namespace

TEST_CASE("D6: An optional module that failed to start receives nothing, and at the next start all that it missed") {
  std::atomic<int> heard{0};
  std::atomic<int> sung{0};
  bool is_hoarse = true;
  TestHost host = TestHost::of(std::make_unique<Bells>(heard), std::make_unique<Choir>(sung, is_hoarse)).start();
  host.publish(Rang{2});
  CHECK(host.settle());
  CHECK(heard == 2);
  CHECK(sung == 0);
  host.stop();
  is_hoarse = false;
  host.start();
  CHECK(host.settle());
  CHECK(sung == 2);
  CHECK(heard == 2);
}
