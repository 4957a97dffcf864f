#include <doctest/doctest.h>

#include "durable_log_support.hpp"

using namespace ashlar;
using namespace std::chrono_literals;

namespace {

// Three events that came due while nobody ran: "a" twice, then "b".
void schedule_some(DurableRig& rig) {
  for (const auto& [name, data] : {std::pair{"m.a", "a1"}, std::pair{"m.a", "a2"}, std::pair{"m.b", "b1"}}) {
    StoredEvent event = rig.event(data);
    event.metadata.name = name;
    rig.durable.schedule(event, rig.clock.now() + 1s, nullptr);
  }
  rig.clock.advance(1h);
}

Lines delivered_after_start(store::CatchUp catch_up) {
  DurableRig rig({.catch_up = catch_up});
  Journal journal;
  schedule_some(rig);
  rig.run([&](Delivery& delivery) { journal.add(std::string(delivery.data())); });
  CHECK(rig.settle());
  return journal.lines();
}

}  // namespace

TEST_CASE("E11: a scheduled event is delivered when it is due, not before, and a cancelled one never") {
  DurableRig rig;
  Journal journal;
  rig.run([&](Delivery& delivery) { journal.add(std::string(delivery.data())); });
  rig.durable.schedule(rig.event("x"), rig.clock.now() + 5s, nullptr);
  const std::int64_t cancelled = rig.durable.schedule(rig.event("y"), rig.clock.now() + 5s, nullptr);
  CHECK(rig.durable.store().cancel(cancelled));
  CHECK(rig.clock.wait_for_waiter(5s));
  rig.clock.advance(4'999ms);
  REQUIRE(rig.settle());
  CHECK(journal.lines().empty());
  rig.clock.advance(1ms);
  CHECK(journal.wait_for(1) == Lines{"x"});
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"x"});
}

TEST_CASE("E11: an event scheduled in a transaction is delivered only if that commits") {
  DurableRig rig;
  Journal journal;
  rig.run([&](Delivery& delivery) { journal.add(std::string(delivery.data())); });
  {
    testing::MemoryUnit rolled_back;
    rig.durable.schedule(rig.event("no"), rig.clock.now() + 5s, &rolled_back);
    testing::MemoryUnit unit;
    rig.durable.schedule(rig.event("yes"), rig.clock.now() + 5s, &unit);
    unit.commit();
  }
  CHECK(rig.clock.wait_for_waiter(5s));
  rig.clock.advance(5s);
  CHECK(journal.wait_for(1) == Lines{"yes"});
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"yes"});
}

TEST_CASE("E11: what came due while nobody ran is delivered whole, not at all, or the newest of each name") {
  CHECK(delivered_after_start(store::CatchUp::all) == Lines{"a1", "a2", "b1"});
  CHECK(delivered_after_start(store::CatchUp::once) == Lines{"a2", "b1"});
  CHECK(delivered_after_start(store::CatchUp::none) == Lines{});
}

TEST_CASE("E9: retention removes step by step what may go, and again after its interval") {
  DurableRig rig({.retention = {.max_count = 10}, .retention_interval = 7s});
  for (int i = 0; i < 2'500; ++i) rig.append("x");
  rig.run(std::vector<LoggedConsumer>{});
  CHECK(rig.clock.wait_for_waiter(20ms));
  CHECK(rig.durable.store().bounds().count == 1'500);
  rig.clock.advance(20ms);
  CHECK(rig.clock.wait_for_waiter(20ms));
  CHECK(rig.durable.store().bounds().count == 500);
  rig.clock.advance(20ms);
  CHECK(rig.clock.wait_for_waiter(20ms));
  rig.clock.advance(20ms);
  CHECK(rig.clock.wait_for_waiter(7s));
  CHECK(rig.durable.store().bounds().count == 10);
  rig.append("x");
  rig.clock.advance(7s);
  CHECK(rig.clock.wait_for_waiter(20ms));
  CHECK(rig.durable.store().bounds().count == 10);
}
