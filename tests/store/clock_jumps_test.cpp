#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/testing/temporary_directory.hpp>

#include "durable_log_support.hpp"
#include "log_store_suite.hpp"

using namespace ashlar;
using namespace ashlar::store;
using namespace std::chrono_literals;
using Outcome = LogTest::Outcome;

TEST_CASE("E4: a clock that was set back far holds nothing up") {
  LogTest t(sqlite_bench());
  t.open("record");
  t.add_many(2);
  const Owner other = t.log().begin_owner();
  CHECK(t.claim("record", 1, other) == "1");
  CHECK(t.claim("record", 1) == "2");
  CHECK(t.settle("record", 2, Outcome::retry, 10s) == "done");
  t.now -= 24h;
  // What waited comes first and not alone; what somebody held was not answered in time.
  CHECK(t.claim("record", 1) == "1x2");
  CHECK(t.claim("record", 1) == "2x2");
}

// What was delivered with a delay, was in a handler's hands, and is scheduled for a time of day, while that jumps.
TEST_CASE("E4, E7, E11: whichever way the time of day jumps, nothing is lost, stuck or given up") {
  for (const auto jump : {1h, -1h, 24h, -24h}) {
    for (const bool restarts : {false, true}) {
      CAPTURE(jump.count());
      CAPTURE(restarts);
      const testing::TemporaryDirectory folder;
      Store store(folder.path() / "log.db", {.synchronous = Synchronous::off, .min_free_bytes = 0});
      Journal journal;
      Journal in_hand;
      Journal scheduled;
      Journal behind;
      Gate gate;
      DurableRig rig({}, [&] { return make_sqlite_log(store); });
      const auto handle = [&](Delivery& delivery) {
        const std::string data(delivery.data());
        if (data == "in hand") {
          in_hand.add("");
          gate.pass();
        }
        journal.add(data);
        if (data == "scheduled") scheduled.add("");
        if (data == "behind") behind.add("");
        if (data == "later" && delivery.count() == 1) delivery.nak(10s);
      };
      const StreamOptions options{.workers = 2};
      rig.run(handle, options);
      const Time due = rig.clock.now() + 5s;
      rig.durable.schedule(rig.event("scheduled"), due, nullptr);
      rig.append("later", "a");
      REQUIRE(journal.wait_for(1) == Lines{"later"});
      rig.append("in hand", "b");
      REQUIRE(in_hand.wait_for(1).size() == 1);
      rig.clock.set_time_of_day(rig.clock.now() + jump);
      rig.append("behind", "a");
      if (restarts) {
        gate.open();
        CHECK(rig.end());
        rig.run(handle, options);
      }
      // For a minute at most, which is far less than the jump.
      const auto advance_until_heard = [&](const Journal& heard, std::size_t count) {
        for (int i = 0; i < 60 && heard.lines().size() < count; ++i) {
          rig.clock.advance(1s);
          REQUIRE(rig.settle());
        }
      };
      rig.clock.advance(11s);
      gate.open();
      REQUIRE(rig.settle());
      advance_until_heard(behind, 1);
      CHECK(behind.lines().size() >= 1);
      // What is scheduled comes when that time of day does.
      if (rig.clock.now() < due) {
        CHECK(scheduled.lines().empty());
        rig.clock.set_time_of_day(due);
      }
      advance_until_heard(scheduled, 1);
      REQUIRE(rig.settle());
      const Lines lines = journal.lines();
      // What somebody holds while the clock is set may come again, as after an `ack_wait` that has passed.
      CHECK(std::ranges::count(lines, "in hand") >= 1);
      CHECK(scheduled.lines().size() >= 1);
      CHECK(std::ranges::count(lines, "later") >= 2);
      // Of one key, in order.
      CHECK(std::ranges::find(std::ranges::find(lines, "behind"), lines.end(), "later") == lines.end());
      CHECK(rig.durable.store().dead_letters({}).empty());
      CHECK(rig.status().lag == 0);
      CHECK(rig.status().in_flight == 0);
    }
  }
}
