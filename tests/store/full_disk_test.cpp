#include <doctest/doctest.h>

#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/store/transaction.hpp>
#include <future>

#include "crash_scenario.hpp"
#include "log_store_suite.hpp"
#include "message_of.hpp"
#include "small_disk.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using Outcome = LogTest::Outcome;

namespace {

constexpr std::int64_t megabyte = 1024 * 1024;

// A log in a file, for one consumer.
struct Application {
  explicit Application(const std::filesystem::path& file, StoreOptions options = {.min_free_bytes = 0})
      : store(file, options), log(make_sqlite_log(store)) {
    log->open_consumer({.name = "record"}, now);
    owner = log->begin_owner();
  }

  static ashlar::StoredEvent event(std::int64_t number, std::size_t bytes) {
    ashlar::StoredEvent made = nth_event(number, "orders.order.placed");
    made.data = "\"" + std::string(bytes, 'x') + "\"";
    return made;
  }

  std::int64_t publish(std::int64_t number, std::size_t bytes = 100) {
    const ashlar::StoredEvent made = event(number, bytes);
    return log->append({&made, 1}).at(0).sequence;
  }

  // Until it is refused: with what, as a StoreFull.
  std::string publish_until_full(std::int64_t& number, std::size_t bytes = 1'000) {
    constexpr int most = 100'000;
    for (int i = 0; i < most; ++i) {
      try {
        publish(number + 1, bytes);
        ++number;
      } catch (const StoreFull& full) {
        return full.what();
      }
    }
    return "it was never full";
  }

  // Everything, a little at a time; says how many.
  std::int64_t consume() {
    std::int64_t count = 0;
    for (;;) {
      const Claim claim = log->claim("record", owner, 20, now);
      if (claim.deliveries.empty()) return count;
      std::vector<Settlement> acks;
      for (const Claimed& claimed : claim.deliveries) acks.push_back({.sequence = claimed.event.sequence});
      log->settle("record", owner, acks, now);
      count += static_cast<std::int64_t>(acks.size());
    }
  }

  Store store;
  std::unique_ptr<LogStore> log;
  ashlar::Time now = suite_start;
  Owner owner = 0;
};

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("E12: below the watermark of free space new events are refused, and consumers still empty the log") {
  SmallDisk disk(16);
  const std::filesystem::path file = disk.path() / "shop.db";
  // Where the disk is everybody's, the watermark rises instead of the water.
  const std::int64_t watermark = disk.is_mounted() ? 8 * megabyte : disk.free_bytes() + 1'024 * megabyte;
  auto opened = std::make_unique<Application>(file, StoreOptions{.min_free_bytes = disk.is_mounted() ? watermark : 0});
  for (int number = 1; number <= 50; ++number) opened->publish(number);
  if (disk.is_mounted()) {
    disk.fill_up_to(7 * megabyte);
  } else {
    opened = nullptr;
    opened = std::make_unique<Application>(file, StoreOptions{.min_free_bytes = watermark});
  }
  Application& app = *opened;

  // How much room there is, is looked at now and then.
  std::int64_t stored = 50;
  const std::string refusal = app.publish_until_full(stored, 100);
  CHECK(holds(refusal, "the store takes no new events: the disk of " + file.string() + " has "));
  CHECK(holds(refusal,
              " MiB free, less than " + std::to_string(watermark / megabyte) + " MiB (min_free_bytes): make room"));
  CHECK_THROWS_AS(app.publish(stored + 1), StoreFull);

  std::string later = "it was stored";
  app.log->append_later(Application::event(stored + 1, 10), [&](const ashlar::Stored&, std::exception_ptr error) {
    later = message_of([&] {
      if (error) std::rethrow_exception(error);
    });
  });
  app.log->flush();
  CHECK(later == refusal);

  {
    Database database = app.store.connect();
    Transaction transaction(database);
    database.execute("CREATE TABLE module_row (number INTEGER) STRICT");
    const ashlar::StoredEvent event = Application::event(stored + 1, 10);
    CHECK_THROWS_AS(app.log->append({&event, 1}, &transaction), StoreFull);
    // The module may do without the event.
    transaction.commit();
  }

  // What is there already needs no room.
  CHECK(app.publish(stored) == stored);
  CHECK(app.consume() == stored);
  app.log->set_retention({.max_count = 0});
  CHECK(app.log->retain(app.now, 100'000) == static_cast<std::size_t>(stored));
  CHECK_THROWS_AS(app.publish(stored + 1), StoreFull);

  disk.make_room();
  if (!disk.is_mounted()) opened = nullptr;
  if (!disk.is_mounted()) opened = std::make_unique<Application>(file);
  CHECK(opened->publish(stored + 1) == stored + 1);
  CHECK(opened->consume() == 1);
}

TEST_CASE(
    "E12: where somebody else fills the disk to the last byte, nothing committed is lost, and all goes on with room") {
  SmallDisk disk(6);
  const std::filesystem::path file = disk.path() / "shop.db";
  std::int64_t number = 0;
  int refused_claims = 0;
  // Each round finds the files in another state: new, with a long log beside the file, after it was closed.
  for (int round = 0; round < 6; ++round) {
    {
      Application app(file);
      app.publish(++number);
      disk.fill_up_to(round % 3 * 50'000);
      const std::string full = app.publish_until_full(number);
      CHECK(holds(full, "the disk is full: make room"));
      // Reading needs no room, other than changes do.
      CHECK(app.log->bounds().last == number);
      CHECK(app.log->read(1, 100'000, std::vector<std::string>{"#"}).events.size() ==
            static_cast<std::size_t>(app.log->bounds().count));
      const std::string claim = message_of([&] { app.consume(); });
      if (claim != "nothing was thrown") {
        ++refused_claims;
        CHECK(holds(claim, "the disk is full: make room"));
      }
      if (round % 2 == 0) disk.make_room();
      if (round % 2 == 0) CHECK(app.publish(++number) == number);
    }
    // Somebody starts while there is no room.
    const std::string start = message_of([&] { Application app(file); });
    INFO(start);
    CHECK((start == "nothing was thrown" || holds(start, "make room") || holds(start, "is full")));
    disk.make_room();
    Application app(file);
    CHECK(app.log->bounds().last == number);
    app.now += 1h;
    app.consume();
    CHECK(app.log->consumers().at(0).lag == 0);
    CHECK(app.log->consumers().at(0).position == number);
    app.log->set_retention({.max_count = 0});
    while (app.log->retain(app.now) > 0) continue;
    CHECK_FALSE(holds(content_of(file), "malformed"));
  }
  CHECK(refused_claims > 0);
}

TEST_CASE("E12: a store at its limit of size takes no new events, and takes them again when some are gone") {
  const ashlar::testing::TemporaryDirectory folder;
  Application app(folder.path() / "shop.db",
                  {.synchronous = Synchronous::off, .max_bytes = 2 * megabyte, .min_free_bytes = 0});
  std::int64_t number = 0;
  CHECK(app.publish_until_full(number, 10'000) ==
        "the store is full: shop.db has 2 MiB, and its limit is 2 MiB (max_bytes)");
  CHECK(number > 100);
  {
    Database database = app.store.connect();
    database.execute("CREATE TABLE module_row (number INTEGER) STRICT; INSERT INTO module_row VALUES (1)");
  }
  CHECK(app.consume() == number);
  app.log->set_retention({.max_count = 10});
  while (app.log->retain(app.now) > 0) continue;
  CHECK(app.publish(++number) == number);
}

TEST_CASE("E12: a file that another process keeps locked is a clear error after five seconds, and works again later") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  Application app(file);
  app.publish(1);
  // Another store is another process, to SQLite and to us.
  Store other(file, {.min_free_bytes = 0});
  Database theirs = other.connect();
  Store third(file, {.min_free_bytes = 0});
  {
    Transaction transaction(theirs);
    theirs.execute("CREATE TABLE theirs (number INTEGER) STRICT");
    auto opening = std::async(std::launch::async, [&] { return message_of([&] { make_sqlite_log(third); }); });
    const std::string publishing = message_of([&] { app.publish(2); });
    CHECK(publishing ==
          "database shop.db: database is locked (in `BEGIN IMMEDIATE`): another process has held a transaction open "
          "for 5 "
          "seconds: end it");
    CHECK(opening.get() == publishing);
    CHECK(app.log->bounds().last == 1);
    transaction.commit();
  }
  CHECK(app.publish(2) == 2);
  CHECK(make_sqlite_log(third)->bounds().last == 2);
  CHECK(app.consume() == 2);
}
