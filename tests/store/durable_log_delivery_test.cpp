#include <doctest/doctest.h>

#include "durable_log_support.hpp"

using namespace ashlar;
using namespace std::chrono_literals;

TEST_CASE("E3: a stream consumer receives what was stored before it existed, and goes on where it was") {
  DurableRig rig;
  Journal journal;
  rig.append("1");
  rig.append("2");
  const auto handle = [&](Delivery& delivery) { journal.add(std::string(delivery.data())); };
  rig.run(handle);
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"1", "2"});

  REQUIRE(rig.end());
  rig.durable.close();
  rig.append("3");
  rig.run(handle);
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"1", "2", "3"});
  CHECK(rig.status().lag == 0);
}

TEST_CASE("E4: a failed delivery comes again after the back-off, which doubles up to its bound") {
  DurableRig rig;
  Journal journal;
  rig.run(
      [&](Delivery& delivery) {
        journal.add(std::to_string(delivery.count()));
        throw Error("no");
      },
      {.backoff = 1s, .max_backoff = 3s, .jitter = 0});
  rig.append("x");
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"1"});
  for (const auto& delay : {1'000ms, 2'000ms, 3'000ms, 3'000ms}) {
    const std::size_t before = journal.lines().size();
    CHECK(rig.clock.wait_for_waiter(delay));
    rig.clock.advance(delay - 1ms);
    REQUIRE(rig.settle());
    CHECK(journal.lines().size() == before);
    rig.clock.advance(1ms);
    REQUIRE(rig.settle());
    CHECK(journal.lines().size() == before + 1);
  }
  CHECK(journal.lines() == Lines{"1", "2", "3", "4", "5"});
  const auto letters = rig.durable.store().dead_letters({});
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].reason == "no");
  CHECK(letters[0].attempts.size() == 5);
  CHECK(rig.log->contains("event became a dead letter"));
}

TEST_CASE("E4: nak comes at once, nak with a delay not before it, term goes to the dead letters") {
  DurableRig rig;
  Journal journal;
  rig.run([&](Delivery& delivery) {
    journal.add(std::string(delivery.data()) + std::to_string(delivery.count()));
    if (delivery.count() > 1) return;
    if (delivery.data() == "now") delivery.nak();
    if (delivery.data() == "later") delivery.nak(5s);
    if (delivery.data() == "never") delivery.term("unfit");
  });
  rig.append("now");
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"now1", "now2"});
  rig.append("later");
  rig.append("never");
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"now1", "now2", "later1", "never1"});
  rig.clock.advance(4'999ms);
  REQUIRE(rig.settle());
  CHECK(journal.lines().size() == 4);
  rig.clock.advance(1ms);
  REQUIRE(rig.settle());
  CHECK(journal.lines().back() == "later2");
  CHECK(rig.durable.store().dead_letters({}).at(0).reason == "unfit");
}

TEST_CASE("E4: an answer after ack_wait is refused and reported, and the event comes again") {
  DurableRig rig;
  Journal journal;
  rig.run([&](Delivery& delivery) {
    if (delivery.count() == 1) rig.clock.advance(30s);
    journal.add(delivery.ack() == Settled::yes ? "yes" : "late");
    journal.add(std::to_string(delivery.count()));
  });
  rig.append("x");
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"late", "1", "yes", "2"});
  CHECK(rig.log->contains("late answer for a delivery refused"));
  CHECK(rig.status().lag == 0);
}

TEST_CASE("E4: in_progress starts ack_wait anew") {
  DurableRig rig;
  Journal journal;
  rig.run([&](Delivery& delivery) {
    rig.clock.advance(20s);
    CHECK(delivery.in_progress() == Settled::yes);
    rig.clock.advance(20s);
    journal.add(delivery.ack() == Settled::yes ? "yes" : "late");
  });
  rig.append("x");
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"yes"});
}

TEST_CASE("E4: the second answer for a delivery is refused and reported") {
  DurableRig rig;
  Journal journal;
  rig.run([&](Delivery& delivery) {
    CHECK(delivery.term("unfit") == Settled::yes);
    CHECK(delivery.ack() == Settled::late);
    journal.add("done");
  });
  rig.append("x");
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"done"});
  CHECK(rig.log->contains("it was settled before"));
  CHECK(rig.durable.store().dead_letters({}).size() == 1);
}

TEST_CASE("E4: handlers that are slow, but not too slow, lose nothing of what was taken with theirs") {
  DurableRig rig;
  Journal journal;
  for (int i = 0; i < 10; ++i) rig.append(std::to_string(i));
  rig.run([&](Delivery& delivery) {
    rig.clock.advance(14s);
    journal.add(std::string(delivery.data()) + "/" + std::to_string(delivery.count()));
  });
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"0/1", "1/1", "2/1", "3/1", "4/1", "5/1", "6/1", "7/1", "8/1", "9/1"});
}

TEST_CASE("E4: what lost its time behind a handler that hung is not handled, and comes again") {
  DurableRig rig;
  Journal journal;
  for (int i = 0; i < 3; ++i) rig.append(std::to_string(i));
  rig.run([&](Delivery& delivery) {
    journal.add(std::string(delivery.data()) + "/" + std::to_string(delivery.count()));
    if (delivery.event().sequence == 1 && delivery.count() == 1) rig.clock.advance(31s);
  });
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"0/1", "0/2", "1/2", "2/2"});
}

TEST_CASE("E5: a batch handler gets at most what it asked for, in order, and a lone event alone") {
  DurableRig rig;
  Journal journal;
  for (int i = 0; i < 5; ++i) rig.append(std::to_string(i));
  const auto receiver = std::make_shared<BatchReceiver>(3, [&](std::span<Delivery* const> deliveries) {
    std::string line;
    for (const Delivery* delivery : deliveries) line += delivery->data();
    journal.add(line);
  });
  rig.run({{.name = "audit.record", .events = {"#"}, .options = {.batch_size = 3}, .receiver = receiver}});
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"012", "34"});
  rig.append("5");
  CHECK(journal.wait_for(3) == Lines{"012", "34", "5"});
}

TEST_CASE("E5: one delivery of a batch that is refused touches only itself") {
  DurableRig rig;
  Journal journal;
  for (int i = 0; i < 3; ++i) rig.append(std::to_string(i));
  const auto receiver = std::make_shared<BatchReceiver>(3, [&](std::span<Delivery* const> deliveries) {
    for (Delivery* delivery : deliveries) {
      journal.add(std::string(delivery->data()));
      if (delivery->data() == "1" && delivery->count() == 1) delivery->nak();
    }
  });
  rig.run({{.name = "audit.record", .events = {"#"}, .receiver = receiver}});
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"0", "1", "2", "1"});
}

TEST_CASE("E4: what was acked in a transaction that is rolled back comes again, and once when it commits") {
  DurableRig rig;
  Journal journal;
  rig.run(
      [&](Delivery& delivery) {
        journal.add(std::to_string(delivery.count()));
        ashlar::testing::MemoryUnit unit;
        delivery.ack(unit);
        if (delivery.count() == 2) unit.commit();
      },
      {.backoff = 1s, .jitter = 0});
  rig.append("x");
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"1"});
  rig.clock.advance(1s);
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"1", "2"});
  CHECK(rig.status().lag == 0);
}
