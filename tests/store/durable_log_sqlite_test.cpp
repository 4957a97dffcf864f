#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/store/projection.hpp>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/store/transaction.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <atomic>
#include <map>
#include <thread>

#include "durable_log_support.hpp"
#include "message_of.hpp"

using namespace ashlar;
using namespace std::chrono_literals;

namespace {

struct File {
  testing::TemporaryDirectory directory;
  store::Store store{directory.path() / "log.db", {.synchronous = store::Synchronous::off, .min_free_bytes = 0}};
};

// On a log in a file.
struct SqliteRig : private File, public DurableRig {
  SqliteRig() : DurableRig({}, [this] { return store::make_sqlite_log(File::store); }) {}
  store::Store& file() { return File::store; }
};

}  // namespace

TEST_CASE("E7: on a file, with several workers, each key is in order, whatever fails meanwhile") {
  SqliteRig rig;
  std::mutex mutex;
  std::map<std::string, std::vector<int>> seen;
  std::atomic<int> calls{0};
  rig.run(
      [&](Delivery& delivery) {
        if (calls.fetch_add(1) % 5 == 0) return void(delivery.nak());
        const std::lock_guard lock(mutex);
        seen[delivery.metadata().key].push_back(std::stoi(std::string(delivery.data())));
      },
      {.batch_size = 10, .workers = 3, .max_deliver = 1'000});
  for (int i = 0; i < 150; ++i) rig.append(std::to_string(i), std::to_string(i % 5));
  REQUIRE(rig.settle());
  CHECK(seen.size() == 5);
  for (const auto& [key, numbers] : seen) {
    CHECK(numbers.size() == 30);
    CHECK(std::is_sorted(numbers.begin(), numbers.end()));
  }
  CHECK(rig.status().lag == 0);
  CHECK(rig.durable.store().dead_letters({}).empty());
}

TEST_CASE("E4: on a file, a failed delivery comes again after the back-off, and what was acked stays so") {
  SqliteRig rig;
  Journal journal;
  const auto handle = [&](Delivery& delivery) {
    journal.add(std::string(delivery.data()) + "/" + std::to_string(delivery.count()));
    if (delivery.data() == "1" && delivery.count() == 1) throw Error("no");
  };
  rig.run(handle, {.backoff = 1s, .jitter = 0});
  rig.append("0");
  rig.append("1");
  rig.append("2");
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"0/1", "1/1", "2/1"});
  REQUIRE(rig.end());
  rig.durable.close();
  rig.run(handle);
  REQUIRE(rig.settle());
  CHECK(journal.lines().size() == 3);
  rig.clock.advance(1s);
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"0/1", "1/1", "2/1", "1/2"});
  CHECK(rig.status().lag == 0);
}

TEST_CASE("E10: on a file, a projection is rebuilt while events are published, and counts each once") {
  SqliteRig rig;
  store::Projection sum(
      rig.durable, rig.file(),
      {.name = "analytics.sum",
       .tables = {"analytics_number"},
       .schema = "CREATE TABLE {analytics_number} (sequence INTEGER PRIMARY KEY, number INTEGER NOT NULL)"});
  const auto count_in = [&](Delivery& delivery) {
    sum.apply(delivery, [&](const store::ProjectionTables& tables) {
      tables.run("INSERT INTO {analytics_number} VALUES (?, ?)", delivery.event().sequence,
                 std::int64_t{std::stoi(std::string(delivery.data()))});
    });
  };
  rig.run({sum.in_place_of({.name = "analytics.sum",
                            .events = {"orders.#"},
                            .options = {},
                            .receiver = std::make_shared<EachReceiver>(count_in)})});
  std::thread publisher([&] {
    for (int i = 0; i < 200; ++i) rig.append("1");
  });
  for (int round = 0; round < 3; ++round) CHECK(sum.rebuild());
  publisher.join();
  REQUIRE(rig.settle());
  sum.read([](const store::ProjectionTables& tables) {
    auto row = tables.query("SELECT sum(number) FROM {analytics_number}");
    REQUIRE(row.step());
    CHECK(row.get<std::int64_t>(0) == 200);
  });
  CHECK(sum.generation() == 4);
  CHECK(rig.durable.store().consumers().size() == 1);
  CHECK(rig.durable.store().dead_letters({}).empty());
}

namespace {

// One process of several on a file, with a projection that sums numbers.
struct Summing : DurableRig {
  explicit Summing(store::Store& file)
      : DurableRig({}, [&file] { return store::make_sqlite_log(file); }),
        sum(durable, file,
            {.name = "analytics.sum",
             .tables = {"analytics_number"},
             .schema = "CREATE TABLE {analytics_number} (number INTEGER NOT NULL)"}) {
    run({sum.in_place_of({.name = "analytics.sum",
                          .events = {"orders.#"},
                          .options = {},
                          .receiver = std::make_shared<EachReceiver>([this](Delivery& delivery) {
                            sum.apply(delivery, [](const store::ProjectionTables& tables) {
                              tables.execute("INSERT INTO {analytics_number} VALUES (1)");
                            });
                          })})});
  }

  std::int64_t total() {
    std::int64_t number = 0;
    sum.read([&](const store::ProjectionTables& tables) {
      auto row = tables.query("SELECT count(*) FROM {analytics_number}");
      row.step();
      number = row.get<std::int64_t>(0);
    });
    return number;
  }

  store::Projection sum;
};

}  // namespace

TEST_CASE("E10: a projection that another process has rebuilt goes over to the new tables") {
  testing::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "log.db";
  const store::StoreOptions options{.synchronous = store::Synchronous::off, .min_free_bytes = 0};
  store::Store file(path, options);
  Summing serving(file);
  serving.append("1");
  REQUIRE(serving.settle());
  {
    store::Store same(path, options);
    Summing command(same);
    CHECK(command.sum.rebuild());
    REQUIRE(command.end());
    command.durable.close();
  }
  CHECK(serving.total() == 1);
  serving.append("2");
  REQUIRE(serving.settle());
  CHECK(serving.total() == 2);
  CHECK(serving.sum.generation() == 2);
  REQUIRE(serving.durable.store().consumers().size() == 1);
  CHECK(serving.status().name == "analytics.sum~2");
  CHECK(serving.sum.rebuild());
  CHECK(serving.total() == 2);
  CHECK(serving.durable.trouble() == "");
}

TEST_CASE("what is done to many by hand happens in small commits, each with its note") {
  testing::TemporaryDirectory directory;
  store::Store file(directory.path() / "log.db", {.synchronous = store::Synchronous::off, .min_free_bytes = 0});
  const auto log = store::make_sqlite_log(file);
  const Time now{};
  log->open_consumer({.name = "record"}, now);
  const store::Owner owner = log->begin_owner();
  constexpr std::int64_t count = 2'500;
  std::vector<StoredEvent> events(count);
  for (std::int64_t i = 0; i < count; ++i) {
    events[static_cast<std::size_t>(i)].metadata.id = Uuid::v7(i);
    events[static_cast<std::size_t>(i)].metadata.name = "orders.order.placed";
  }
  log->append(events);
  std::vector<store::Settlement> settlements;
  for (const auto& claimed : log->claim("record", owner, count, now).deliveries)
    settlements.push_back({.sequence = claimed.event.sequence, .outcome = store::Settlement::Outcome::bury});
  // The consumer may have no more in flight.
  REQUIRE(settlements.size() == 1'000);
  log->settle("record", owner, settlements, now);

  int steps = 0;
  const auto failing_third = [&](std::span<const std::int64_t> done) {
    if (++steps == 3) throw Error("no more");
    return std::vector<store::LogAction>{{now, "by hand", std::to_string(done.size())}};
  };
  const auto noted = [&] {
    std::int64_t sum = 0;
    for (const store::LogAction& action : log->actions(100)) sum += std::stoll(action.detail);
    return sum;
  };
  steps = 1;
  CHECK(message_of([&] { log->retry({}, now, failing_third); }) == "no more");
  CHECK(noted() == 500);
  CHECK(log->dead_letters({}).size() == 500);

  for (;;) {
    settlements.clear();
    for (const auto& claimed : log->claim("record", owner, count, now).deliveries)
      settlements.push_back({.sequence = claimed.event.sequence});
    if (settlements.empty()) break;
    log->settle("record", owner, settlements, now);
  }
  steps = 1;
  CHECK(message_of([&] { log->replay("record", 1, count, now, failing_third); }) == "no more");
  CHECK(noted() == 1'500);
  CHECK(log->consumers().at(0).waiting == 1'000);
}
