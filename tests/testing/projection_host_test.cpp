#include <ashlar/store/projection.hpp>
#include <ashlar/testing/test_host.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

using ashlar::testing::TestHost;

namespace {

struct RangV1 {
  int number = 0;
};
ASHLAR_EVENT(RangV1, "bells.bell.rang", 1, number)

struct Rang {
  int number = 0;
  std::string tower;
};
ASHLAR_EVENT(Rang, "bells.bell.rang", 2, number, tower)

// Sums rings by tower; handlers know version 2 alone.
class Sums final : public ashlar::Module {
 public:
  explicit Sums(std::atomic<int>& factor) : factor_(factor) {}

  std::string_view name() const override { return "sums"; }
  void declare(ashlar::Declaration& d) override {
    d.needs<ashlar::store::Store>();
    d.needs<ashlar::store::DurableLog>();
    d.upcasts<RangV1, Rang>([](const RangV1& old) { return Rang{old.number, "old"}; });
  }
  void prepare(ashlar::ModuleContext& context) override {
    sums_.emplace(context.service<ashlar::store::DurableLog>(), context.service<ashlar::store::Store>(),
                  ashlar::store::ProjectionPlan{
                      .name = "sums.by_tower",
                      .tables = {"sums_ring"},
                      .schema = "CREATE TABLE {sums_ring} (tower TEXT NOT NULL, number INTEGER NOT NULL)"});
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    sums_->filled_by(registry.stream("by_tower", {.max_deliver = 1}))
        .on([this](const Rang& e, const ashlar::store::ProjectionTables& tables) {
          tables.run("INSERT INTO {sums_ring} VALUES (?, ?)", e.tower, e.number * factor_.load());
          if (e.number < 0) throw std::runtime_error("too loud");
        });
  }

  int of(const std::string& tower) {
    int sum = 0;
    sums_->read([&](const ashlar::store::ProjectionTables& tables) {
      auto row = tables.query("SELECT coalesce(sum(number), 0) FROM {sums_ring} WHERE tower = ?", tower);
      row.step();
      sum = row.get<int>(0);
    });
    return sum;
  }

  void rebuild() { CHECK(sums_->rebuild()); }

 private:
  std::atomic<int>& factor_;
  std::optional<ashlar::store::Projection> sums_;
};

struct Tower {
  std::atomic<int> factor{1};
  Sums* sums = nullptr;
  TestHost host = TestHost::of([this] {
                    auto made = std::make_unique<Sums>(factor);
                    sums = made.get();
                    return made;
                  }())
                      .emits<RangV1, Rang>()
                      .start();
};

}  // namespace

TEST_CASE("E10: a projection is filled by typed handlers, upcasters included, and rebuilt by them") {
  Tower tower;
  tower.host.publish(RangV1{3});
  for (int i = 0; i < 250; ++i) tower.host.publish(Rang{1, "north"});
  REQUIRE(tower.host.settle());
  CHECK(tower.sums->of("old") == 3);
  CHECK(tower.sums->of("north") == 250);
  tower.factor = 10;
  tower.sums->rebuild();
  CHECK(tower.sums->of("old") == 30);
  CHECK(tower.sums->of("north") == 2500);
  CHECK(tower.host.no_failures());
}

TEST_CASE(
    "E5: an event that a projection cannot count in leaves nothing of itself, and is told as any handler's failure") {
  Tower tower;
  tower.host.publish(Rang{1, "north"});
  tower.host.publish(Rang{-100, "north"});
  tower.host.publish(Rang{2, "north"});
  REQUIRE(tower.host.settle());
  CHECK(tower.sums->of("north") == 3);
  REQUIRE(tower.host.failures().size() == 1);
  CHECK(tower.host.failures()[0].handler == "by_tower");
  CHECK(tower.host.service<ashlar::store::DurableLog>().store().dead_letters({}).size() == 1);
}

TEST_CASE("E10: a projection goes on where it was when its host is started again") {
  Tower tower;
  tower.host.publish(Rang{1, "north"});
  tower.host.stop();
  tower.host.start();
  tower.host.publish(Rang{2, "north"});
  REQUIRE(tower.host.settle());
  CHECK(tower.sums->of("north") == 3);
  CHECK(tower.host.service<ashlar::store::DurableLog>().store().consumers().size() == 1);
}
