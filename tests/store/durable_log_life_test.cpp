#include <doctest/doctest.h>

#include <atomic>

#include "durable_log_support.hpp"

using namespace ashlar;
using namespace std::chrono_literals;

TEST_CASE("who waits for one consumer does not wait for another that is at work for long") {
  DurableRig rig;
  Gate gate;
  Journal journal;
  rig.run(
      {DurableRig::consumer("mail.slow", [&](Delivery&) { gate.pass(); }),
       DurableRig::consumer("audit.record", [&](Delivery& delivery) { journal.add(std::string(delivery.data())); })});
  rig.append("1");
  rig.append("2");
  CHECK(rig.durable.catch_up("audit.record"));
  CHECK(journal.lines() == Lines{"1", "2"});
  CHECK_FALSE(rig.durable.catch_up("mail.slow", std::chrono::milliseconds{1}));
  gate.open();
  CHECK(rig.settle());
}

TEST_CASE("E4: end lets the running handler finish and gives back the rest, uncounted") {
  for (const std::size_t workers : {1u, 2u}) {
    CAPTURE(workers);
    DurableRig rig;
    Journal journal;
    Gate gate;
    for (int i = 0; i < 5; ++i) rig.append(std::to_string(i), "k");
    const auto handle = [&](Delivery& delivery) {
      journal.add(std::string(delivery.data()) + "/" + std::to_string(delivery.count()));
      gate.pass();
    };
    rig.run(handle, {.workers = workers});
    journal.wait_for(1);
    CHECK_FALSE(rig.durable.end(rig.clock.steady_now()));
    gate.open();
    CHECK(rig.end());
    CHECK(journal.lines() == Lines{"0/1"});
    CHECK(rig.status().in_flight == 0);
    CHECK(rig.status().lag == 4);
    rig.durable.close();

    rig.run(handle, {.workers = workers});
    REQUIRE(rig.settle());
    CHECK(journal.lines() == Lines{"0/1", "1/1", "2/1", "3/1", "4/1"});
  }
}

namespace {

// Opened by the end of the thread that it was given to.
struct OpenedAtTheEnd {
  Gate* gate = nullptr;
  ~OpenedAtTheEnd() {
    if (gate != nullptr) gate->open();
  }
};
thread_local OpenedAtTheEnd opened_at_the_end;

}  // namespace

TEST_CASE("E4: what a handler settles while the rest is given back is settled when end has come") {
  DurableRig rig;
  Gate giving_back;
  Gate worker_gone;
  for (int i = 0; i < 2; ++i) rig.append(std::to_string(i), "k");
  rig.memory->before_settle = [&] {
    giving_back.open();
    worker_gone.pass();
  };
  Journal journal;
  rig.run(
      [&](Delivery& delivery) {
        opened_at_the_end.gate = &worker_gone;
        journal.add(std::string(delivery.data()));
        giving_back.pass();
      },
      {.workers = 2});
  journal.wait_for(1);
  CHECK(rig.end());
  CHECK(rig.status().in_flight == 0);
  CHECK(rig.status().lag == 1);
}

TEST_CASE("settle waits for what handlers append, also of each other") {
  DurableRig rig;
  std::atomic<int> handled{0};
  const auto relay = [&](Delivery& delivery) {
    handled.fetch_add(1);
    const int left = std::stoi(std::string(delivery.data()));
    if (left > 0 && delivery.metadata().key == "forward") rig.append(std::to_string(left - 1), "back");
    if (left > 0 && delivery.metadata().key == "back") rig.append(std::to_string(left - 1), "forward");
  };
  rig.run({DurableRig::consumer("a.one", relay), DurableRig::consumer("b.two", [](Delivery&) {})});
  rig.append("50", "forward");
  REQUIRE(rig.settle());
  CHECK(handled.load() == 51);
}

TEST_CASE("settle says so when a consumer is not done within its limit") {
  DurableRig rig;
  Gate gate;
  rig.run([&](Delivery&) { gate.pass(); });
  rig.append("x");
  CHECK_FALSE(rig.durable.settle(1ms));
  gate.open();
  CHECK(rig.settle());
}

TEST_CASE("E3: fifty idle consumers all hear of an event") {
  DurableRig rig;
  std::atomic<int> handled{0};
  std::vector<LoggedConsumer> consumers;
  for (int i = 0; i < 50; ++i) {
    consumers.push_back(DurableRig::consumer("m.c" + std::to_string(i), [&](Delivery&) { handled.fetch_add(1); }));
  }
  rig.run(std::move(consumers));
  for (int round = 1; round <= 3; ++round) {
    REQUIRE(rig.settle());
    rig.append("x");
    REQUIRE(rig.settle());
    CHECK(handled.load() == 50 * round);
  }
}

TEST_CASE("E5: an event that comes alone is delivered without anybody asking") {
  DurableRig rig;
  Journal journal;
  rig.run({DurableRig::consumer("a.one", [&](Delivery&) { journal.add("one"); }),
           DurableRig::consumer("b.two", [&](Delivery&) { journal.add("two"); }),
           DurableRig::consumer("c.three", [&](Delivery&) { journal.add("three"); })});
  for (std::size_t i = 1; i <= 100; ++i) {
    rig.append("x");
    CHECK(journal.wait_for(3 * i).size() == 3 * i);
  }
}

TEST_CASE("E1: what was given to append_later is stored when end returns") {
  DurableRig rig;
  std::atomic<int> done{0};
  rig.run([](Delivery&) {});
  for (int i = 0; i < 100; ++i) {
    rig.durable.append_later(rig.event(std::to_string(i)),
                             [&](const Stored&, std::exception_ptr) { done.fetch_add(1); });
  }
  CHECK(rig.end());
  CHECK(done.load() == 100);
  CHECK(rig.durable.store().bounds().count == 100);
}

TEST_CASE("E12: a full log refuses the event, says so, and takes the next when there is room") {
  DurableRig rig({.retention = {.when_over = store::WhenOver::refuse_new, .max_count = 1}});
  rig.run([](Delivery&) {});
  rig.append("1");
  CHECK_THROWS_AS(rig.append("2"), store::StoreFull);
  CHECK(rig.durable.trouble().find("full") == 0);
  rig.durable.store().set_retention({});
  rig.append("3");
  CHECK(rig.durable.trouble().empty());
}

TEST_CASE("E10: a consumer that is added while others run receives from the first event on, until it is removed") {
  DurableRig rig;
  Journal journal;
  for (int i = 0; i < 3; ++i) rig.append(std::to_string(i));
  rig.run([](Delivery&) {});
  for (int round = 0; round < 40; ++round) {
    rig.durable.add(
        DurableRig::consumer("late.comer", [&](Delivery& delivery) { journal.add(std::string(delivery.data())); }));
    REQUIRE(rig.settle());
    rig.durable.remove("late.comer");
  }
  CHECK(journal.lines().size() == 40 * 3);
  CHECK(rig.durable.store().consumers().size() == 1);
  CHECK(rig.end());
  CHECK_THROWS_AS(rig.durable.add(DurableRig::consumer("late.comer", [](Delivery&) {})), Error);
}

TEST_CASE(
    "D6: a consumer whose module failed to start takes nothing, and what is meant for it waits for the next start") {
  for (const std::size_t workers : {1u, 2u}) {
    CAPTURE(workers);
    DurableRig rig;
    Journal journal;
    const auto batch = [&](std::span<Delivery* const> deliveries) {
      for (const Delivery* delivery : deliveries) {
        journal.add(std::string(delivery->data()) + "/" + std::to_string(delivery->count()));
      }
    };
    const auto run_with = [&](std::size_t most_at_once) {
      LoggedConsumer consumer = DurableRig::consumer("audit.record", {}, {.workers = workers});
      consumer.receiver = std::make_shared<BatchReceiver>(most_at_once, batch);
      rig.run({std::move(consumer)});
    };
    run_with(0);
    rig.append("a");
    REQUIRE(rig.settle());
    CHECK(rig.end());
    CHECK(rig.status().lag == 1);
    rig.durable.close();
    CHECK(journal.lines().empty());

    run_with(1);
    REQUIRE(rig.settle());
    CHECK(journal.lines() == Lines{"a/1"});
  }
}
