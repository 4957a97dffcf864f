#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "log_store_suite.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using ashlar::StoredEvent;
using Outcome = Settlement::Outcome;

LOG_STORE_TEST("E4: what is acked is done, and does not come again") {
  t.add();
  t.open("record");
  CHECK(t.claim("record") == "1");
  CHECK(t.settle("record", 1) == "done");
  t.now += 1h;
  CHECK(t.claim("record").empty());
  t.bench->reopen();
  t.owner = t.log().begin_owner();
  CHECK(t.claim("record").empty());
}

LOG_STORE_TEST("E4: what failed comes again at once, or not before its delay, with the count raised") {
  t.add_many(2);
  t.open("record");
  CHECK(t.claim("record") == "1 2");
  CHECK(t.settle("record", 1, Outcome::retry) == "done");
  CHECK(t.claim("record") == "1x2");
  CHECK(t.settle("record", 1, Outcome::retry, 10s) == "done");
  Claim claim = t.log().claim("record", t.owner, 10, t.now);
  CHECK(claim.deliveries.empty());
  REQUIRE(claim.again_at.has_value());
  CHECK((*claim.again_at == t.now + 10s));
  t.now += 9999ms;
  CHECK(t.claim("record").empty());
  t.now += 1ms;
  CHECK(t.claim("record") == "1x3");
}

LOG_STORE_TEST("E4: what waits comes again after a restart, not before its delay") {
  t.add();
  t.open("record");
  t.claim("record");
  t.settle("record", 1, Outcome::retry, 10s);
  t.bench->reopen();
  t.owner = t.log().begin_owner();
  CHECK(t.claim("record").empty());
  t.now += 10s;
  CHECK(t.claim("record") == "1x2");
}

LOG_STORE_TEST("E4: what is given back comes again in its order, as if it had never been delivered") {
  t.add_many(3);
  t.open("record");
  CHECK(t.claim("record") == "1 2 3");
  CHECK(t.settle("record", 2, Outcome::give_back) == "done");
  CHECK(t.settle("record", 3, Outcome::give_back) == "done");
  CHECK(t.status("record").in_flight == 1);
  t.add();
  CHECK(t.claim("record") == "2 3 4");
  t.settle("record", 2, Outcome::retry);
  CHECK(t.claim("record") == "2x2");
  t.settle("record", 2, Outcome::give_back);
  CHECK(t.claim("record") == "2x2");
}

LOG_STORE_TEST("E4: in_progress starts ack_wait anew") {
  t.add();
  t.open("record");
  t.claim("record");
  t.now += 20s;
  CHECK(t.settle("record", 1, Outcome::extend) == "done");
  t.now += 29s;
  const auto other = t.log().begin_owner();
  CHECK(t.claim("record", 10, other).empty());
  t.now += 1s;
  CHECK(t.claim("record", 10, other) == "1x2");
}

LOG_STORE_TEST("E4: what was not settled within ack_wait comes again, with the count raised, alone") {
  t.add_many(5);
  t.open("record");
  CHECK(t.claim("record", 3) == "1 2 3");
  t.settle("record", 2);
  const auto other = t.log().begin_owner();
  t.now += 29s;
  Claim claim = t.log().claim("record", other, 1, t.now);
  CHECK(text_of(claim) == "4");
  REQUIRE(claim.again_at.has_value());
  CHECK((*claim.again_at == suite_start + 30s));
  t.now += 1s;
  claim = t.log().claim("record", other, 10, t.now);
  CHECK(claim.deliveries.size() == 1);
  CHECK(claim.more);
  std::string all = text_of(claim);
  for (int i = 0; i < 2; ++i) {
    claim = t.log().claim("record", other, 10, t.now);
    CHECK(claim.deliveries.size() == 1);
    all += " " + text_of(claim);
  }
  CHECK(all == "1x2 3x2 5");
  CHECK(t.claim("record", 10, other).empty());
}

LOG_STORE_TEST("E4: what nobody settled in time and is on its way again is settled too late by who had it first") {
  t.add_many(2);
  t.open("record");
  CHECK(t.claim("record") == "1 2");
  t.now += 30s;
  const auto other = t.log().begin_owner();
  CHECK(t.claim("record", 10, other) == "1x2");
  for (const Outcome outcome : {Outcome::ack, Outcome::retry, Outcome::bury, Outcome::give_back, Outcome::extend}) {
    CHECK(t.settle("record", 1, outcome) == "late");
  }
  CHECK(t.status("record").in_flight == 1);
  CHECK(t.letters().empty());
  CHECK(t.settle("record", 1, Outcome::ack, {}, {}, other) == "done");
}

LOG_STORE_TEST("E4: an outcome is settled once; what was settled, or never claimed, is late and changes nothing") {
  t.add_many(2);
  t.open("record");
  CHECK(t.settle("record", 1) == "late");
  CHECK(t.claim("record", 1) == "1");
  CHECK(t.settle("record", 2) == "late");
  CHECK(t.settle("record", 99) == "late");
  CHECK(t.settle("record", 1) == "done");
  CHECK(t.settle("record", 1, Outcome::retry) == "late");
  CHECK(t.settle("record", 1, Outcome::bury) == "late");
  CHECK(t.claim("record") == "2");
  t.settle("record", 2, Outcome::retry, 1h);
  CHECK(t.settle("record", 2) == "late");
  CHECK(t.status("record").waiting == 1);
}

LOG_STORE_TEST("E8: only its owner settles a delivery") {
  t.add();
  t.open("record");
  const auto other = t.log().begin_owner();
  CHECK(t.claim("record") == "1");
  CHECK(t.settle("record", 1, Outcome::ack, {}, {}, other) == "late");
  CHECK(t.status("record").in_flight == 1);
  CHECK(t.settle("record", 1) == "done");
}

LOG_STORE_TEST("E4: the count is raised before the handler runs, so that a process that dies counts too") {
  t.log().open_consumer({.name = "record", .max_deliver = 3}, t.now);
  t.add_many(2);
  for (int count = 1; count <= 3; ++count) {
    const auto process = t.bench->start_process();
    const Claim claim = process->log().claim("record", process->owner(), 1, t.now);
    REQUIRE(claim.deliveries.size() == 1);
    CHECK(claim.deliveries[0].event.sequence == 1);
    CHECK(claim.deliveries[0].count == count);
  }
  const Claim claim = t.log().claim("record", t.owner, 10, t.now);
  CHECK(text_of(claim) == "2");
  CHECK(claim.buried.size() == 1);
  const auto letters = t.log().dead_letters({});
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].event.sequence == 1);
  CHECK(letters[0].deliveries == 3);
  CHECK(letters[0].attempts.size() == 3);
  CHECK_FALSE(letters[0].reason.empty());
}

LOG_STORE_TEST("E8: what a process held that died comes again at once, alone and with its count kept") {
  t.add_many(3);
  t.open("record");
  {
    const auto process = t.bench->start_process();
    CHECK(text_of(process->log().claim("record", process->owner(), 2, t.now)) == "1 2");
    CHECK(t.claim("record", 1) == "3");
  }
  CHECK(t.claim("record") == "1x2");
  CHECK(t.claim("record") == "2x2");
}

LOG_STORE_TEST("E8: what an owner held that ended comes again at once, with the count lowered") {
  t.add_many(3);
  t.open("record");
  const auto other = t.log().begin_owner();
  CHECK(t.claim("record", 2, other) == "1 2");
  t.log().end_owner(other);
  CHECK(t.status("record").in_flight == 0);
  CHECK(t.settle("record", 1, Outcome::ack, {}, {}, other) == "late");
  CHECK(t.claim("record") == "1 2 3");
}

LOG_STORE_TEST("E8: after a restart comes again what the process before had claimed, and two owners are never one") {
  t.add_many(2);
  t.open("record");
  const auto before = t.owner;
  CHECK(t.claim("record") == "1 2");
  t.bench->reopen();
  t.owner = t.log().begin_owner();
  CHECK(t.owner != before);
  CHECK(t.claim("record") == "1x2");
  CHECK(t.claim("record") == "2x2");
}

LOG_STORE_TEST("E6: what was delivered max_deliver times becomes a dead letter") {
  t.log().open_consumer({.name = "record", .max_deliver = 2}, t.now);
  t.add_many(2);
  CHECK(t.claim("record", 1) == "1");
  CHECK(t.settle("record", 1, Outcome::retry) == "done");
  CHECK(t.claim("record", 1) == "1x2");
  CHECK(t.settle("record", 1, Outcome::retry) == "buried");
  CHECK(t.letters() == "1:record/1");
  CHECK(t.claim("record") == "2");
}

LOG_STORE_TEST(
    "E6: what was delivered max_deliver times and not settled in time becomes a dead letter with the next claim") {
  t.log().open_consumer({.name = "record", .max_deliver = 1, .ack_wait = 5s}, t.now);
  t.add_many(2);
  CHECK(t.claim("record", 1) == "1");
  t.now += 5s;
  const Claim claim = t.log().claim("record", t.owner, 10, t.now);
  CHECK(text_of(claim) == "2");
  CHECK(text_of(claim.buried) == "1");
  CHECK(t.letters() == "1:record/1");
  CHECK(t.status("record").dead == 1);
}

LOG_STORE_TEST("E5: one bad event among many touches only itself") {
  t.add_many(4);
  t.open("record");
  CHECK(t.claim("record") == "1 2 3 4");
  const std::vector<Settlement> settlements{{.sequence = 1},
                                            {.sequence = 2, .outcome = Outcome::bury, .error = "no JSON"},
                                            {.sequence = 3, .outcome = Outcome::retry, .delay = 1s, .error = "away"},
                                            {.sequence = 4},
                                            {.sequence = 5}};
  const auto results = t.log().settle("record", t.owner, settlements, t.now);
  REQUIRE(results.size() == 5);
  CHECK(text_of(results[0]) == "done");
  CHECK(text_of(results[1]) == "buried");
  CHECK(text_of(results[2]) == "done");
  CHECK(text_of(results[3]) == "done");
  CHECK(text_of(results[4]) == "late");
  CHECK(t.claim("record").empty());
  t.now += 1s;
  CHECK(t.claim("record") == "3x2");
}

LOG_STORE_TEST("E5: a claim takes as many as it may, and says whether there may be more") {
  t.add_many(3);
  t.open("record");
  Claim claim = t.log().claim("record", t.owner, 2, t.now);
  CHECK(text_of(claim) == "1 2");
  CHECK(claim.more);
  claim = t.log().claim("record", t.owner, 2, t.now);
  CHECK(text_of(claim) == "3");
  CHECK_FALSE(t.log().claim("record", t.owner, 2, t.now).more);
}

LOG_STORE_TEST("a claim settles first: what it settles makes room, and what failed can come at once") {
  t.log().open_consumer({.name = "record", .max_in_flight = 2}, t.now);
  t.add_many(3);
  CHECK(t.claim("record") == "1 2");
  const std::vector<Settlement> settlements{
      {.sequence = 1}, {.sequence = 2, .outcome = Outcome::retry}, {.sequence = 7}};
  std::vector<SettlementResult> results;
  const Claim claim = t.log().claim("record", t.owner, 10, t.now, settlements, &results);
  CHECK(text_of(claim) == "2x2 3");
  REQUIRE(results.size() == 3);
  CHECK(text_of(results[0]) == "done");
  CHECK(text_of(results[1]) == "done");
  CHECK(text_of(results[2]) == "late");
}

LOG_STORE_TEST("E7: max_in_flight bounds what all owners of a consumer hold together") {
  t.log().open_consumer({.name = "record", .max_in_flight = 3}, t.now);
  t.add_many(6);
  const auto other = t.log().begin_owner();
  CHECK(t.claim("record", 2) == "1 2");
  CHECK(t.claim("record", 10, other) == "3");
  CHECK(t.claim("record").empty());
  CHECK(t.settle("record", 2) == "done");
  CHECK(t.claim("record", 10, other) == "4");
}

LOG_STORE_TEST("E7: events of one key wait while one of them is being retried, and other keys flow on") {
  t.add("orders.order.placed", "a");
  t.add("orders.order.placed", "b");
  t.add("orders.order.shipped", "a");
  t.add("orders.order.placed");
  t.add("orders.order.shipped", "b");
  t.open("record");
  CHECK(t.claim("record", 1) == "1");
  t.settle("record", 1, Outcome::retry, 10s);
  CHECK(t.claim("record") == "2 4 5");
  CHECK(t.claim("record").empty());
  CHECK(t.status("record").lag == 5);
  t.now += 10s;
  CHECK(t.claim("record") == "1x2 3");
}

LOG_STORE_TEST("E7: what has no key never waits for another event") {
  t.add_many(3);
  t.open("record");
  CHECK(t.claim("record", 1) == "1");
  t.settle("record", 1, Outcome::retry, 1h);
  const auto other = t.log().begin_owner();
  CHECK(t.claim("record", 1) == "2");
  CHECK(t.claim("record", 1, other) == "3");
}

LOG_STORE_TEST("E7: two owners keep the order of a key: one takes nothing of it while the other holds it") {
  t.add("orders.order.placed", "a");
  t.add("orders.order.placed", "a");
  t.add("orders.order.placed", "b");
  t.add("orders.order.placed", "a");
  t.open("record");
  const auto other = t.log().begin_owner();
  CHECK(t.claim("record", 1) == "1");
  CHECK(t.claim("record", 10, other) == "3");
  CHECK(t.claim("record", 10, other).empty());
  CHECK(t.claim("record", 1) == "2");
  t.settle("record", 1);
  CHECK(t.claim("record", 10, other).empty());
  t.settle("record", 2);
  CHECK(t.claim("record", 10, other) == "4");
}

LOG_STORE_TEST("E7: an event that waits behind its key survives a restart in its place") {
  t.add("orders.order.placed", "a");
  t.add("orders.order.placed", "a");
  t.add("orders.order.placed", "b");
  t.open("record");
  CHECK(t.claim("record", 1) == "1");
  t.settle("record", 1, Outcome::retry, 10s);
  CHECK(t.claim("record") == "3");
  t.settle("record", 3);
  t.bench->reopen();
  t.owner = t.log().begin_owner();
  CHECK(t.claim("record").empty());
  CHECK(t.status("record").position == 0);
  t.now += 10s;
  CHECK(t.claim("record") == "1x2 2");
}

LOG_STORE_TEST("E7: a dead letter no longer holds its key up") {
  t.add("orders.order.placed", "a");
  t.add("orders.order.placed", "a");
  t.open("record");
  const auto other = t.log().begin_owner();
  CHECK(t.claim("record", 1) == "1");
  CHECK(t.claim("record", 10, other).empty());
  t.settle("record", 1, Outcome::bury);
  CHECK(t.claim("record", 10, other) == "2");
}

LOG_STORE_TEST("E7: what is given back holds its key up until it is settled") {
  t.add("orders.order.placed", "a");
  t.add("orders.order.placed", "a");
  t.open("record");
  const auto other = t.log().begin_owner();
  CHECK(t.claim("record") == "1 2");
  t.settle("record", 1, Outcome::give_back);
  CHECK(t.claim("record", 10, other) == "1");
  CHECK(t.settle("record", 2, Outcome::give_back) == "done");
  CHECK(t.claim("record").empty());
  t.settle("record", 1, Outcome::ack, {}, {}, other);
  CHECK(t.claim("record") == "2");
}

LOG_STORE_TEST("E4: an ack in a unit is part of its commit") {
  t.add_many(2);
  t.open("record");
  CHECK(t.claim("record") == "1 2");
  const std::vector<Settlement> ack{{.sequence = 1}};
  {
    const auto unit = t.bench->begin();
    CHECK(text_of(t.log().settle("record", t.owner, ack, t.now, &unit->work()).at(0)) == "done");
  }
  CHECK(t.status("record").in_flight == 2);
  const auto unit = t.bench->begin();
  CHECK(text_of(t.log().settle("record", t.owner, ack, t.now, &unit->work()).at(0)) == "done");
  CHECK(text_of(t.log().settle("record", t.owner, ack, t.now, &unit->work()).at(0)) == "late");
  CHECK(t.status("record").in_flight == 2);
  unit->commit();
  CHECK(t.status("record").in_flight == 1);
  CHECK(t.settle("record", 1) == "late");
}

LOG_STORE_TEST("E4: a late ack in a unit is told, and only acks can be part of one") {
  t.add();
  t.open("record");
  const auto unit = t.bench->begin();
  const std::vector<Settlement> ack{{.sequence = 1}};
  CHECK(text_of(t.log().settle("record", t.owner, ack, t.now, &unit->work()).at(0)) == "late");
  const std::vector<Settlement> retry{{.sequence = 1, .outcome = Outcome::retry}};
  CHECK_FALSE(refusal_of([&] { t.log().settle("record", t.owner, retry, t.now, &unit->work()); }).empty());
}

LOG_STORE_TEST("E8: many threads that compete for deliveries settle each of them once") {
  constexpr int count = 300;
  std::vector<StoredEvent> events;
  for (int n = 1; n <= count; ++n) events.push_back(nth_event(n, "orders.order.placed", "key" + std::to_string(n % 7)));
  t.log().append(events);
  t.open("record");
  std::mutex mutex;
  std::map<std::int64_t, int> settled;
  std::map<std::string, std::int64_t> newest_of_key;
  std::vector<std::thread> threads;
  std::atomic<int> left{count};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      const auto owner = t.log().begin_owner();
      while (left > 0) {
        const Claim claim = t.log().claim("record", owner, 5, t.now);
        std::vector<Settlement> acks;
        for (const Claimed& claimed : claim.deliveries) acks.push_back({.sequence = claimed.event.sequence});
        {
          std::lock_guard lock(mutex);
          for (const Claimed& claimed : claim.deliveries) {
            std::int64_t& newest = newest_of_key[claimed.event.metadata.key];
            CHECK(claimed.event.sequence > newest);
            newest = claimed.event.sequence;
          }
        }
        for (const SettlementResult result : t.log().settle("record", owner, acks, t.now)) {
          CHECK(text_of(result) == "done");
        }
        {
          std::lock_guard lock(mutex);
          for (const Settlement& ack : acks) ++settled[ack.sequence];
        }
        left -= static_cast<int>(acks.size());
        if (acks.empty()) std::this_thread::yield();
      }
      t.log().end_owner(owner);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(settled.size() == count);
  for (const auto& [sequence, times] : settled) CHECK(times == 1);
  CHECK(t.status("record").lag == 0);
}

LOG_STORE_TEST("E8: who has asked for the time a little earlier takes nothing away from those who were faster") {
  t.open("record");
  t.add_many(3);
  CHECK(t.claim("record", 2) == "1 2");
  CHECK(t.settle("record", 2, Outcome::retry, 10s) == "done");
  const Owner slow = t.log().begin_owner();
  t.now -= 5ms;
  CHECK(t.claim("record", 10, slow) == "3");
  t.now += 5ms;
  CHECK(t.settle("record", 1) == "done");
  CHECK(t.settle("record", 3, Outcome::ack, {}, {}, slow) == "done");
}
