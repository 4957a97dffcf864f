#include <ashlar/store/projection.hpp>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "tower.hpp"

namespace {

// Counts the rings by `factor`, which stands for a mistake that a later version mends.
class BelfryModule final : public ashlar::Module {
 public:
  static inline int factor = 1;

  std::string_view name() const override { return "belfry"; }
  void declare(ashlar::Declaration& d) override {
    d.needs<ashlar::store::Store>();
    d.needs<ashlar::store::DurableLog>();
    d.commands().add({.name = "sum", .summary = "Show the sum", .run = [this](const ashlar::CommandLine& line) {
                        sum_->read([&](const ashlar::store::ProjectionTables& tables) {
                          auto row = tables.query("SELECT coalesce(sum(number), 0) FROM {belfry_ring}");
                          row.step();
                          line.out << row.get<int>(0) << "\n";
                        });
                        return 0;
                      }});
  }
  void prepare(ashlar::ModuleContext& context) override {
    sum_.emplace(context.service<ashlar::store::DurableLog>(), context.service<ashlar::store::Store>(),
                 ashlar::store::ProjectionPlan{.name = "belfry.sum",
                                               .tables = {"belfry_ring"},
                                               .schema = "CREATE TABLE {belfry_ring} (number INTEGER NOT NULL)"});
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    sum_->filled_by(registry.stream("sum")).on([](const tower::Rang& e, const ashlar::store::ProjectionTables& tables) {
      tables.run("INSERT INTO {belfry_ring} VALUES (?)", e.number * factor);
    });
  }

 private:
  std::optional<ashlar::store::Projection> sum_;
};

struct BelfryRun : tower::Run {
  BelfryRun() { application.modules.push_back({"belfry", &tower::make<BelfryModule>}); }

  std::string says(std::vector<std::string> arguments) {
    CHECK((*this)(std::move(arguments)) == 0);
    return out.str();
  }
};

}  // namespace

TEST_CASE("E10: rebuild fills the projections of a module anew, and is noted") {
  BelfryModule::factor = 10;
  BelfryRun bells;
  bells.says({"ring", "3"});
  bells.says({"ring", "4"});
  CHECK(bells.says({"sum"}) == "70\n");
  BelfryModule::factor = 1;
  CHECK(bells.says({"sum"}) == "70\n");
  CHECK(bells.says({"rebuild", "belfry"}) == "rebuilt belfry.sum\n");
  CHECK(bells.says({"sum"}) == "7\n");
  CHECK(bells.says({"rebuild", "belfry.sum", "--json"}) == "{\n  \"rebuilt\": [\n    \"belfry.sum\"\n  ]\n}\n");
  CHECK(bells.says({"sum"}) == "7\n");
  const auto actions = nlohmann::json::parse(bells.says({"log", "actions", "--json"}));
  REQUIRE(actions.size() == 2);
  CHECK(actions[0]["action"] == "rebuild");
  CHECK(actions[0]["detail"] == "belfry.sum");
}

TEST_CASE("rebuild names the projections there are where it is given another name") {
  BelfryRun bells;
  CHECK(bells({"rebuild", "belfri.sum"}) == 1);
  CHECK(bells.err.str() == "tower: there is no projection 'belfri.sum'; did you mean 'belfry.sum'?\n");
  CHECK(bells({"rebuild", "shop"}) == 1);
  CHECK(bells.err.str() == "tower: there is no projection 'shop'; there are belfry.sum\n");
  tower::Run none;
  CHECK(none({"rebuild", "belfry"}) == 1);
  CHECK(none.err.str() == "tower: there is no projection 'belfry'; no module has any\n");
}
