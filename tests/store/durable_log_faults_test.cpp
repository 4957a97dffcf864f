#include <doctest/doctest.h>

#include "durable_log_support.hpp"

using namespace ashlar;
using namespace std::chrono_literals;

TEST_CASE("E12: outcomes that could not be written are kept until the store takes them, and nothing is handled twice") {
  for (const std::size_t workers : {1u, 2u}) {
    CAPTURE(workers);
    DurableRig rig;
    Journal journal;
    rig.run(
        [&](Delivery& delivery) {
          rig.memory->broken.store(true);
          journal.add(std::string(delivery.data()) + "/" + std::to_string(delivery.count()));
        },
        {.workers = workers});
    REQUIRE(rig.settle());
    rig.append("x");
    journal.wait_for(1);
    CHECK(rig.clock.wait_for_waiter(1s));
    CHECK(rig.durable.trouble().find("audit.record") != std::string::npos);
    CHECK(rig.durable.trouble().find("disk I/O error") != std::string::npos);
    CHECK(rig.log->contains("disk I/O error"));
    rig.clock.advance(1s);
    CHECK(rig.clock.wait_for_waiter(2s));
    CHECK_FALSE(rig.durable.settle(1ms));
    rig.memory->broken.store(false);
    rig.clock.advance(2s);
    REQUIRE(rig.settle());
    CHECK(rig.durable.trouble().empty());
    CHECK(journal.lines() == Lines{"x/1"});
    CHECK(rig.status().lag == 0);
  }
}

TEST_CASE("E12: a store that stays broken is complained of once a minute") {
  DurableRig rig({.retention_interval = 1h});
  rig.run([](Delivery&) {});
  REQUIRE(rig.settle());
  rig.memory->broken.store(true);
  rig.append("x");
  for (const auto& pause : {1s, 2s, 4s, 8s, 16s}) {
    CHECK(rig.clock.wait_for_waiter(pause));
    rig.clock.advance(pause);
  }
  CHECK(rig.clock.wait_for_waiter(30s));
  CHECK(rig.log->lines().size() == 1);
  rig.clock.advance(30s);
  CHECK(rig.clock.wait_for_waiter(30s));
  CHECK(rig.log->lines().size() == 2);
  CHECK(rig.log->lines().back().field("left_out") == "5");
}

TEST_CASE("E4: a host whose store is broken can still end") {
  DurableRig rig;
  rig.run([&](Delivery&) { rig.memory->broken.store(true); });
  rig.append("x");
  CHECK(rig.clock.wait_for_waiter(1s));
  CHECK(rig.end());
  rig.memory->broken.store(false);
  rig.durable.close();
  CHECK(rig.status().lag == 1);
}
