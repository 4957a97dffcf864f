#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/store/projection.hpp>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
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
  SumRig() : file(directory.path() / "sum.db"), database(file, {.synchronous = store::Synchronous::off}) {}

  // One of several processes, with the log in the same file.
  explicit SumRig(const std::filesystem::path& shared)
      : DurableRig({}, [this] { return store::make_sqlite_log(database); }),
        file(shared),
        database(file, {.synchronous = store::Synchronous::off}) {}

  store::ProjectionPlan sums() {
    return {.name = "analytics.sum",
            .tables = {"analytics_number"},
            .schema = "CREATE TABLE {analytics_number} (sequence INTEGER PRIMARY KEY, number INTEGER NOT NULL)"};
  }

  // Its consumer, as core would make it.
  LoggedConsumer consumer_of(store::Projection& sum) {
    return sum.in_place_of({.name = "analytics.sum",
                            .events = {"orders.#"},
                            .options = {.max_deliver = max_deliver},
                            .receiver = std::make_shared<EachReceiver>([this, &sum](Delivery& delivery) {
                              sum.apply(delivery,
                                        [&](const store::ProjectionTables& tables) { add(tables, delivery); });
                            })});
  }

  void add(const store::ProjectionTables& tables, const Delivery& delivery) const {
    if (fails.load()) throw Error("not now");
    tables.run("INSERT INTO {analytics_number} VALUES (?, 0)", delivery.event().sequence);
    const auto number = std::int64_t{std::stoi(std::string(delivery.data()))};
    tables.run("UPDATE {analytics_number} SET number = ? WHERE sequence = ?", number * factor.load(),
               delivery.event().sequence);
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
    store::Database reader(file);
    auto row = reader.query("SELECT name FROM sqlite_schema WHERE name LIKE 'analytics%'");
    std::vector<std::string> names;
    while (row.step()) names.push_back(row.get<std::string>(0));
    return names;
  }

  testing::TemporaryDirectory directory;
  std::filesystem::path file;
  store::Store database;
  std::atomic<std::int64_t> factor{1};
  std::atomic<bool> fails{false};
  int max_deliver = 1;
};

}  // namespace

TEST_CASE("E10: a projection counts every event once, and each in one transaction with its ack") {
  SumRig rig;
  store::Projection sum(rig.durable, rig.database, rig.sums());
  for (int i = 1; i <= 10; ++i) rig.append(std::to_string(i));
  rig.append("no number");
  rig.append("11");
  rig.run({rig.consumer_of(sum)});
  REQUIRE(rig.settle());
  CHECK(SumRig::total(sum) == 66);
  CHECK(rig.durable.store().dead_letters({}).size() == 1);
}

TEST_CASE("E10: a rebuilt projection replaces the one that served, with everything since the first event") {
  SumRig rig;
  auto made = std::make_unique<store::Projection>(rig.durable, rig.database, rig.sums());
  store::Projection& sum = *made;
  for (int i = 1; i <= 10; ++i) rig.append(std::to_string(i));
  rig.run({rig.consumer_of(sum)});
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
  made.reset();
  store::Projection again(rig.durable, rig.database, rig.sums());
  rig.run({rig.consumer_of(again)});
  rig.append("1");
  REQUIRE(rig.settle());
  CHECK(SumRig::total(again) == 5'700);
}

TEST_CASE("E10: the former tables serve while a projection is rebuilt, and it counts what comes meanwhile") {
  SumRig rig;
  store::Projection sum(rig.durable, rig.database, rig.sums());
  rig.run({rig.consumer_of(sum)});
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
  store::Projection sum(rig.durable, rig.database, rig.sums());
  rig.append("1");
  rig.run({rig.consumer_of(sum)});
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
  store::Projection sum(rig.durable, rig.database, rig.sums());
  rig.run({rig.consumer_of(sum)});
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(sum.rebuild(stop.get_token()));
  CHECK(rig.tables() == Lines{"analytics_number_1"});
  CHECK(rig.durable.store().consumers().size() == 1);
}

TEST_CASE("E10: a process that starts while another one rebuilds a projection lets it go on, and does not do it, too") {
  const testing::TemporaryDirectory folder;
  SumRig one(folder.path() / "shared.db");
  one.max_deliver = 100;
  store::Projection sum(one.durable, one.database, one.sums());
  one.append("7");
  one.run({one.consumer_of(sum)});
  REQUIRE(one.settle());

  one.fails.store(true);
  std::atomic<bool> done{false};
  std::string problem;
  std::thread rebuilding([&] { problem = message_of([&] { done.store(sum.rebuild()); }); });
  // Its consumer has met an event that it must try again.
  const auto end = std::chrono::steady_clock::now() + 20s;
  const auto waits = [&] {
    const auto all = one.durable.store().consumers();
    return std::any_of(all.begin(), all.end(), [](const auto& consumer) { return consumer.waiting > 0; });
  };
  while (!waits() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  CHECK(waits());

  SumRig other(folder.path() / "shared.db");
  store::Projection same(other.durable, other.database, other.sums());
  other.run({other.consumer_of(same)});
  CHECK(SumRig::total(same) == 7);
  CHECK(message_of([&] { (void)same.rebuild(); }).find("by another process") != std::string::npos);

  one.fails.store(false);
  one.clock.advance(1h);
  rebuilding.join();
  CHECK(problem == "nothing was thrown");
  CHECK(done.load());
  CHECK(sum.generation() == 2);
  CHECK(SumRig::total(same) == 7);
}

TEST_CASE("E10: a projection is known to its log by name as long as it lives, and rebuilt by it") {
  SumRig rig;
  {
    store::Projection sum(rig.durable, rig.database, rig.sums());
    rig.append("7");
    rig.run({rig.consumer_of(sum)});
    REQUIRE(rig.settle());
    CHECK(rig.durable.projections().at("analytics.sum")({}));
    CHECK(sum.generation() == 2);
    CHECK(message_of([&] { store::Projection(rig.durable, rig.database, rig.sums()); }).find("two projections") !=
          std::string::npos);
    REQUIRE(rig.end());
    rig.durable.close();
  }
  CHECK(rig.durable.projections().empty());
}

TEST_CASE("a projection's tables are changed by the handlers of its own consumer alone") {
  SumRig rig;
  store::Projection sum(rig.durable, rig.database, rig.sums());
  std::string message;
  rig.run([&](Delivery& delivery) {
    message = message_of([&] { sum.apply(delivery, [](const store::ProjectionTables&) {}); });
  });
  rig.append("1");
  REQUIRE(rig.settle());
  CHECK(message.find("its own consumer alone") != std::string::npos);
  CHECK(message_of([&] { (void)sum.rebuild(); }).find("has no consumer") != std::string::npos);
}
