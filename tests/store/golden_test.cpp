#include <doctest/doctest.h>

#include <ashlar/store/migrate.hpp>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/testing/temporary_directory.hpp>

#include "crash_scenario.hpp"
#include "log/format.hpp"
#include "log/schema.hpp"
#include "log_store_suite.hpp"
#include "message_of.hpp"

// Files as each version has written them; none of them changes once it is here. Where the tables change, a new one joins them,
// and every test below runs for all.

using namespace ashlar::store;
using namespace std::chrono_literals;

namespace {

const std::vector<int> versions{1};

// A file as that version wrote it, and the log in it. Whoever held deliveries is gone.
struct Golden {
  explicit Golden(int version) {
    const std::filesystem::path golden = std::filesystem::path(ASHLAR_SOURCE_DIR) / "tests/store/golden";
    Database(file).execute(read_file(golden / ("log-v" + std::to_string(version) + ".sql")));
    log = make_sqlite_log(store);
    now = suite_start + 2h;
  }

  std::string claim(const std::string& consumer, Owner owner) {
    const Claim claim = log->claim(consumer, owner, 10, now);
    for (const Claimed& claimed : claim.deliveries) {
      const Settlement ack{.sequence = claimed.event.sequence};
      CHECK(log->settle(consumer, owner, {&ack, 1}, now).at(0) == SettlementResult::done);
    }
    return text_of(claim);
  }

  ashlar::testing::TemporaryDirectory folder;
  std::filesystem::path file = folder.path() / "shop.db";
  Store store{file, {.min_free_bytes = 0}};
  std::unique_ptr<LogStore> log;
  ashlar::Time now;
};

}  // namespace

TEST_CASE("E12: everything in a file of any version so far can be read") {
  for (const int version : versions) {
    INFO("version ", version);
    Golden golden(version);
    LogStore& log = *golden.log;

    const LogBounds bounds = log.bounds();
    CHECK(bounds.first == 3);
    CHECK(bounds.last == 8);
    CHECK(bounds.count == 6);
    const auto events = log.read(1, 100, std::vector<std::string>{"#"}).events;
    REQUIRE(events.size() == 6);
    const ashlar::StoredEvent third = nth_event(3, "orders.order.placed", "a");
    CHECK(events[0].sequence == 3);
    CHECK(events[0].data == third.data);
    CHECK(events[0].metadata.id == third.metadata.id);
    CHECK((events[0].metadata.time == third.metadata.time));
    CHECK(events[0].metadata.key == "a");
    CHECK(events[0].metadata.source == "orders");
    CHECK(events[0].metadata.correlation_id == "request-3");
    CHECK(events[0].metadata.causation_id == "cause");
    CHECK(events[0].metadata.tenant_id == "tenant");
    CHECK(events[0].metadata.user_id == "user");
    CHECK(events[1].metadata.version == 2);
    CHECK(events[1].metadata.correlation_id == nth_id(4).to_string());
    CHECK(events[3].metadata.correlation_id.empty());
    CHECK(log.stored_names() ==
          std::map<std::string, std::int64_t>{{"orders.order.placed@1", 5}, {"orders.order.placed@2", 1}});

    const auto consumers = log.consumers();
    REQUIRE(consumers.size() == 2);
    const auto& other = consumers[0].name == "other" ? consumers[0] : consumers[1];
    CHECK(other.paused);
    CHECK(other.lost == 1);
    CHECK(other.dead == 1);

    const auto letters = log.dead_letters({});
    REQUIRE(letters.size() == 2);
    CHECK(letters[0].number == 2);
    CHECK(letters[0].event.data == "not\xff json");
    CHECK(letters[1].event.sequence == 3);
    CHECK(letters[1].reason == "no order 'A-1' in 3 tries");
    REQUIRE(letters[1].attempts.size() == 1);
    CHECK((letters[1].attempts[0].time == suite_start));
    CHECK(letters[1].attempts[0].error == "no order 'A-1' in 3 tries");
    CHECK(log.dead_letter_groups({}).size() == 2);

    REQUIRE(log.scheduled().size() == 1);
    CHECK((log.scheduled()[0].due == suite_start + 1h));
    CHECK(log.scheduled()[0].event.metadata.key == "b");
    CHECK_FALSE(log.first_seen("broker", "message-1", suite_start, 1h));
    CHECK(log.first_seen("broker", "message-2", suite_start, 1h));
    REQUIRE(log.actions(10).size() == 1);
    CHECK(log.actions(10)[0].detail == "1 of record: 1");
  }
}

TEST_CASE("E12: consumers go on in a file of any version so far") {
  for (const int version : versions) {
    INFO("version ", version);
    Golden golden(version);
    LogStore& log = *golden.log;
    const Owner owner = log.begin_owner();
    CHECK(owner == 2);
    CHECK(log.release_due(golden.now).size() == 1);
    // What had been held by the process that is gone comes alone; the letter that was retried, from the copy it kept.
    std::string all;
    for (std::string some; !(some = golden.claim("record", owner)).empty();) all += some + "; ";
    CHECK(all == "2 3x2; 4x2; 6x2; 7x2; 8 9; ");
    CHECK(golden.claim("other", owner).empty());
    log.resume("other");
    all.clear();
    for (std::string some; !(some = golden.claim("other", owner)).empty();) all += some + "; ";
    CHECK(all == "4x3; 5 6 7 8 9; ");
    for (const ConsumerStatus& status : log.consumers()) {
      CHECK(status.position == 9);
      CHECK(status.lag == 0);
    }
    CHECK(log.retry({.number = 3}, golden.now) == std::vector<std::int64_t>{3});
    CHECK(golden.claim("other", owner) == "3");
    CHECK(log.bury({.consumer = "record", .reason = "no event"}) == 4);
  }
}

TEST_CASE("E12: a log of a newer version is refused with what to do, and stays as it is") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  Store store(file, {.min_free_bytes = 0});
  make_sqlite_log(store);
  Database(file).execute("UPDATE ashlar_schema SET version = version + 1");
  const std::string before = content_of(file);
  const std::string known = std::to_string(log_format_version);
  CHECK(message_of([&] { make_sqlite_log(store); }) ==
        "the tables of module 'ashlar_log' have version " + std::to_string(log_format_version + 1) +
            ", this program knows them up to " + known + ": run the program that wrote them, or a newer one");
  CHECK(content_of(file) == before);
}

TEST_CASE("E12: a file of every older version gets the newest tables and keeps its rows") {
  CHECK(log_schema().size() == static_cast<std::size_t>(log_format_version));
  CHECK(versions.back() == log_format_version);
  const ashlar::testing::TemporaryDirectory folder;
  Store fresh(folder.path() / "fresh.db", {.min_free_bytes = 0});
  make_sqlite_log(fresh);
  // Version 0 has a module's tables, and none of the log's.
  for (int version = 0; version <= log_format_version; ++version) {
    const std::filesystem::path file = folder.path() / ("v" + std::to_string(version) + ".db");
    {
      Database database(file);
      migrate(database, "orders",
              {"CREATE TABLE orders_order (id TEXT) STRICT; INSERT INTO orders_order VALUES ('1')"});
      const std::vector<std::string_view> steps(log_schema().begin(), log_schema().begin() + version);
      if (version > 0) migrate(database, log_schema_name, steps);
    }
    Store store(file, {.min_free_bytes = 0});
    CHECK(make_sqlite_log(store)->bounds().last == 0);
    Database database(file);
    {
      auto row =
          database.query("SELECT (SELECT id FROM orders_order), (SELECT version FROM ashlar_schema WHERE module = ?)",
                         log_schema_name);
      REQUIRE(row.step());
      CHECK(row.get<std::string>(0) == "1");
      CHECK(row.get<int>(1) == log_format_version);
    }
    // The same tables, whichever way they came.
    database.execute("DROP TABLE orders_order; DELETE FROM ashlar_schema WHERE module = 'orders'");
    CHECK(content_of(file) == content_of(fresh.file()));
  }
}
