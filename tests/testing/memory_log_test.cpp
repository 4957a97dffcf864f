#include <doctest/doctest.h>

#include <ashlar/testing/memory_log.hpp>
#include <chrono>

using namespace std::chrono_literals;
using ashlar::StoredEvent;
using ashlar::Time;
using ashlar::Uuid;
using ashlar::testing::MemoryLog;
using ashlar::testing::MemoryUnit;

TEST_CASE("a log in memory delivers what was committed, and takes back what the dead held") {
  const Time now{1'000'000ms};
  MemoryLog log;
  log.open_consumer({.name = "audit.record"}, now);
  const auto owner = log.begin_owner();
  const std::vector<StoredEvent> events{{.metadata = {.id = Uuid::v7(1), .name = "orders.order.placed"}, .data = "{}"}};
  {
    MemoryUnit rolled_back;
    log.append(events, &rolled_back);
  }
  CHECK(log.bounds().count == 0);
  MemoryUnit unit;
  CHECK(log.append(events, &unit).at(0).sequence == 1);
  CHECK(log.append(events, &unit).at(0).duplicate);
  CHECK(log.claim("audit.record", owner, 10, now).deliveries.empty());
  unit.commit();
  CHECK(log.claim("audit.record", owner, 10, now).deliveries.size() == 1);
  log.owner_died(owner);
  const auto other = log.begin_owner();
  const auto claim = log.claim("audit.record", other, 10, now);
  REQUIRE(claim.deliveries.size() == 1);
  CHECK(claim.deliveries[0].count == 2);
  CHECK(log.settle("audit.record", other, std::vector<ashlar::store::Settlement>{{.sequence = 1}}, now).size() == 1);
  CHECK(log.consumers().at(0).lag == 0);
}

TEST_CASE("a log in memory stores later what it was given to store later, in order") {
  std::vector<std::int64_t> sequences;
  MemoryLog log;
  for (int i = 0; i < 3; ++i) {
    log.append_later({.metadata = {.id = Uuid::v7(1), .name = "orders.order.placed"}},
                     [&](const ashlar::Stored& stored, std::exception_ptr) { sequences.push_back(stored.sequence); });
  }
  log.flush();
  CHECK(sequences == std::vector<std::int64_t>{1, 2, 3});
}
