// Two versions of a program on one file: the older one runs while the newer one starts.

#include <doctest/doctest.h>

#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/testing/temporary_directory.hpp>

#include "log_store_suite.hpp"

using namespace ashlar::store;

namespace {

struct Program {
  explicit Program(const std::filesystem::path& file)
      : store(file, {.synchronous = Synchronous::off, .min_free_bytes = 0}),
        log(make_sqlite_log(store)),
        owner(log->begin_owner()) {}

  std::int64_t add(std::int64_t number, const std::string& name) {
    const ashlar::StoredEvent event = nth_event(number, name);
    return log->append({&event, 1}).at(0).sequence;
  }

  std::string claim() {
    const Claim claim = log->claim("record", owner, 1, suite_start);
    if (claim.deliveries.empty()) return "nothing";
    const auto& event = claim.deliveries[0].event;
    const Settlement ack{.sequence = event.sequence};
    log->settle("record", owner, {&ack, 1}, suite_start);
    return std::to_string(event.sequence) + " " + event.metadata.name;
  }

  std::string stored_as(const std::string& name) {
    const std::vector<std::string> names{name};
    std::string text;
    for (const auto& event : log->read(1, 100, names).events) text += std::to_string(event.sequence) + " ";
    return text;
  }

  Store store;
  std::unique_ptr<LogStore> log;
  Owner owner;
};

}  // namespace

TEST_CASE("E3: a rename by a newer program is seen by an older one that runs, and its consumers pass over nothing") {
  for (const char* newer_events : {"orders.order.placed", "orders.order.*"}) {
    CAPTURE(newer_events);
    const ashlar::testing::TemporaryDirectory folder;
    Program older(folder.path() / "shop.db");
    older.log->open_consumer({.name = "record", .events = {"orders.created"}}, suite_start);
    older.add(1, "orders.created");
    CHECK(older.claim() == "1 orders.created");

    Program newer(folder.path() / "shop.db");
    newer.log->rename_event("orders.created", "orders.order.placed");
    newer.log->open_consumer({.name = "record", .events = {newer_events}}, suite_start);
    newer.add(2, "orders.order.placed");
    older.add(3, "orders.created");
    newer.add(4, "orders.order.placed");
    CHECK(older.claim() == "2 orders.order.placed");
    CHECK(older.claim() == "3 orders.order.placed");
    CHECK(newer.claim() == "4 orders.order.placed");
    CHECK(older.stored_as("orders.order.placed") == "1 2 3 4 ");
    CHECK(older.stored_as("orders.created").empty());
  }
}

TEST_CASE("retention for interest knows what a consumer wants by the names that a rename gave") {
  const ashlar::testing::TemporaryDirectory folder;
  Program program(folder.path() / "shop.db");
  program.log->set_retention({.policy = RetentionPolicy::interest});
  program.log->open_consumer({.name = "record", .events = {"orders.created"}}, suite_start);
  program.add(1, "orders.created");
  CHECK(program.log->retain(suite_start) == 0);
  program.log->rename_event("orders.created", "orders.order.placed");
  CHECK(program.log->retain(suite_start) == 1);
}
