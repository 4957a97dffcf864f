#include <doctest/doctest.h>

#include <ashlar/store/projection.hpp>
#include <ashlar/store/transaction.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <atomic>
#include <thread>

#include "durable_log_support.hpp"
#include "message_of.hpp"

using namespace ashlar;
using namespace std::chrono_literals;

namespace {

// Sums the numbers of all events, each times `factor`.
struct SumRig : DurableRig {
  SumRig() : file(directory.path() / "sum.db") {}

  store::ProjectionPlan sums() {
    return {
        .name = "analytics.sum",
        .events = {"orders.#"},
        .tables = {"analytics_number"},
        .make =
            [](const store::ProjectionTables& tables) {
              tables.execute("CREATE TABLE {analytics_number} (sequence INTEGER PRIMARY KEY, number INTEGER NOT NULL)");
            },
        .apply =
            [this](const store::ProjectionTables& tables, const Delivery& delivery) {
              const auto number = std::int64_t{std::stoi(std::string(delivery.data()))};
              tables.run("INSERT INTO {analytics_number} VALUES (?, ?)", delivery.event().sequence,
                         number * factor.load());
            },
        .options = {.max_deliver = 1}};
  }
  store::Projection make() {
    return {durable, [this] { return store::Database(file); }, sums()};
  }

  static std::int64_t total(store::Projection& projection) {
    std::int64_t sum = 0;
    projection.read([&](const store::ProjectionTables& tables) {
      auto row = tables.query("SELECT coalesce(sum(number), 0) FROM {analytics_number}");
      row.step();
      sum = row.get<std::int64_t>(0);
    });
    return sum;
  }

  std::vector<std::string> tables() {
    store::Database database(file);
    auto row = database.query("SELECT name FROM sqlite_schema WHERE name LIKE 'analytics%'");
    std::vector<std::string> names;
    while (row.step()) names.push_back(row.get<std::string>(0));
    return names;
  }

  testing::TemporaryDirectory directory;
  std::filesystem::path file;
  std::atomic<std::int64_t> factor{1};
};

}  // namespace

TEST_CASE("E10: a projection counts every event once, and each in one transaction with its ack") {
  SumRig rig;
  store::Projection sum = rig.make();
  for (int i = 1; i <= 10; ++i) rig.append(std::to_string(i));
  rig.append("no number");
  rig.append("11");
  rig.run({sum.consumer()});
  REQUIRE(rig.settle());
  CHECK(SumRig::total(sum) == 66);
  CHECK(rig.durable.store().dead_letters({}).size() == 1);
}

TEST_CASE("E10: a rebuilt projection replaces the one that served, with everything since the first event") {
  SumRig rig;
  store::Projection sum = rig.make();
  for (int i = 1; i <= 10; ++i) rig.append(std::to_string(i));
  rig.run({sum.consumer()});
  REQUIRE(rig.settle());
  rig.factor.store(100);
  CHECK(SumRig::total(sum) == 55);
  CHECK(sum.rebuild());
  CHECK(sum.generation() == 2);
  CHECK(SumRig::total(sum) == 5'500);
  rig.append("1");
  REQUIRE(rig.settle());
  CHECK(SumRig::total(sum) == 5'600);
  CHECK(rig.tables() == Lines{"analytics_number_2"});
  CHECK(rig.durable.store().consumers().size() == 1);

  REQUIRE(rig.end());
  rig.durable.close();
  store::Projection again = rig.make();
  rig.run({again.consumer()});
  rig.append("1");
  REQUIRE(rig.settle());
  CHECK(SumRig::total(again) == 5'700);
}

TEST_CASE("E10: the former tables serve while a projection is rebuilt, and it counts what comes meanwhile") {
  SumRig rig;
  store::Projection sum = rig.make();
  rig.run({sum.consumer()});
  std::thread publisher([&] {
    for (int i = 0; i < 300; ++i) rig.append("1");
  });
  std::atomic<bool> rebuilt{false};
  std::thread reader([&] {
    std::int64_t seen = 0;
    while (!rebuilt.load()) seen = std::max(seen, SumRig::total(sum));
    CHECK(seen <= 300);
  });
  CHECK(sum.rebuild());
  rebuilt.store(true);
  reader.join();
  publisher.join();
  REQUIRE(rig.settle());
  CHECK(SumRig::total(sum) == 300);
  CHECK(sum.generation() == 2);
}

TEST_CASE("E10: a rebuild that cannot count an event in says so and changes nothing") {
  SumRig rig;
  store::Projection sum = rig.make();
  rig.append("1");
  rig.run({sum.consumer()});
  REQUIRE(rig.settle());
  rig.append("x");
  REQUIRE(rig.settle());
  const std::string message = message_of([&] { (void)sum.rebuild(); });
  CHECK(message.find("analytics.sum") != std::string::npos);
  CHECK(message.find("cannot be rebuilt") != std::string::npos);
  CHECK(sum.generation() == 1);
  CHECK(SumRig::total(sum) == 1);
  CHECK(rig.tables() == Lines{"analytics_number_1"});
}

TEST_CASE("E10: a rebuild can be stopped, and leaves nothing behind") {
  SumRig rig;
  store::Projection sum = rig.make();
  rig.run({sum.consumer()});
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(sum.rebuild(stop.get_token()));
  CHECK(rig.tables() == Lines{"analytics_number_1"});
  CHECK(rig.durable.store().consumers().size() == 1);
}
