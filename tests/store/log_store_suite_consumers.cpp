#include "log_store_suite.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using ashlar::StoredEvent;
using ashlar::StreamStart;
using Outcome = Settlement::Outcome;

LOG_STORE_TEST(
    "E3: a consumer receives what was stored before it existed, and what comes later, in order of sequence") {
  t.add_many(2);
  t.open("record");
  t.add();
  CHECK(t.claim("record") == "1 2 3");
  CHECK(t.claim("record").empty());
  t.add();
  CHECK(t.claim("record") == "4");
}

LOG_STORE_TEST("E3: a consumer begins where its start says") {
  t.add_many(4);
  const auto open = [&t](const std::string& name, StreamStart start) {
    t.log().open_consumer({.name = name, .start = start}, t.now);
  };
  open("first", StreamStart::first());
  open("now", StreamStart::now());
  open("third", StreamStart::from(3));
  open("tenth", StreamStart::from(7));
  open("since", StreamStart::since(suite_start + 2s));
  open("between", StreamStart::since(suite_start + 2500ms));
  t.add_many(3);
  CHECK(t.claim("first") == "1 2 3 4 5 6 7");
  CHECK(t.claim("now") == "5 6 7");
  CHECK(t.claim("third") == "3 4 5 6 7");
  CHECK(t.claim("tenth") == "7");
  CHECK(t.claim("since") == "2 3 4 5 6 7");
  CHECK(t.claim("between") == "3 4 5 6 7");
}

LOG_STORE_TEST("E3: a start from a time of which nothing is stored is the next event") {
  t.add_many(2);
  t.log().open_consumer({.name = "late", .start = StreamStart::since(suite_start + 1h)}, t.now);
  StoredEvent event = nth_event(9, "orders.order.placed");
  event.metadata.time = suite_start + 2h;
  t.log().append(std::vector{event});
  CHECK(t.claim("late") == "3");
}

LOG_STORE_TEST("E3: a consumer receives what matches one of its events, once each") {
  t.add("orders.order.placed");
  t.add("stock.item.reserved");
  t.add("orders.order.shipped");
  t.add("orders.order.placed");
  t.open("record", {"orders.order.placed", "orders.#"});
  CHECK(t.ack_all("record") == "1 3 4");
  const ConsumerStatus status = t.status("record");
  CHECK(status.lag == 0);
  CHECK((status.events == std::vector<std::string>{"orders.order.placed", "orders.#"}));
}

LOG_STORE_TEST(
    "E3: a consumer's position survives restarts, its start is asked for once, and new settings are taken over") {
  t.add_many(3);
  t.open("record");
  CHECK(t.claim("record", 2) == "1 2");
  t.settle("record", 1);
  t.settle("record", 2);
  t.bench->reopen();
  t.owner = t.log().begin_owner();
  t.log().open_consumer({.name = "record", .start = StreamStart::now(), .max_in_flight = 1}, t.now);
  CHECK(t.status("record").position == 2);
  t.add();
  CHECK(t.claim("record") == "3");
  t.settle("record", 3);
  CHECK(t.claim("record") == "4");
}

LOG_STORE_TEST("E3: consumers that come and go change nothing for the others") {
  t.add_many(2);
  t.open("one");
  CHECK(t.ack_all("one") == "1 2");
  t.open("two");
  t.add();
  CHECK(t.claim("two", 1) == "1");
  CHECK(t.ack_all("one") == "3");
  t.log().remove_consumer("one");
  CHECK(t.claim("two") == "2 3");
  CHECK(t.log().consumers().size() == 1);
  t.open("one");
  CHECK(t.ack_all("one") == "1 2 3");
  t.log().remove_consumer("nobody");
}

LOG_STORE_TEST("E3: a consumer that was renamed goes on under its new name, with its dead letters") {
  t.add_many(3);
  t.open("audit.write");
  CHECK(t.claim("audit.write", 2) == "1 2");
  t.settle("audit.write", 1);
  t.settle("audit.write", 2, Outcome::bury);
  const ConsumerSettings renamed{.name = "audit.record", .renamed_from = {"audit.old", "audit.write"}};
  t.log().open_consumer(renamed, t.now);
  CHECK(t.log().consumers().size() == 1);
  CHECK(t.status("audit.record").position == 2);
  CHECK(t.letters() == "1:audit.record/2");
  CHECK(t.claim("audit.record") == "3");
  t.log().open_consumer(renamed, t.now);
  CHECK(t.status("audit.record").in_flight == 1);
}

LOG_STORE_TEST("E3: a new consumer is no renamed one where the log has its own name, or none of the former ones") {
  t.add_many(2);
  t.open("audit.write");
  t.ack_all("audit.write");
  t.log().open_consumer({.name = "audit.fresh", .renamed_from = {"audit.unknown"}}, t.now);
  t.log().open_consumer({.name = "audit.fresh", .renamed_from = {"audit.write"}}, t.now);
  CHECK(t.log().consumers().size() == 2);
  CHECK(t.ack_all("audit.fresh") == "1 2");
}

LOG_STORE_TEST("a consumer's status tells its position, its lag, and what it holds, waits for and gave up") {
  t.add_many(6);
  t.add("stock.item.reserved");
  t.open("record", {"orders.#"});
  CHECK(t.status("record").lag == 6);
  CHECK(t.claim("record", 4) == "1 2 3 4");
  CHECK(t.status("record").position == 0);
  CHECK(t.status("record").in_flight == 4);
  t.settle("record", 1);
  t.settle("record", 3);
  t.settle("record", 2, Outcome::retry, 1min);
  t.settle("record", 4, Outcome::bury);
  ConsumerStatus status = t.status("record");
  CHECK(status.position == 1);
  CHECK(status.lag == 3);
  CHECK(status.in_flight == 0);
  CHECK(status.waiting == 1);
  CHECK(status.dead == 1);
  CHECK(status.lost == 0);
  CHECK_FALSE(status.paused);
  t.now += 1min;
  CHECK(t.ack_all("record") == "2x2 5 6");
  status = t.status("record");
  CHECK(status.position >= 6);
  CHECK(status.lag == 0);
  CHECK(status.waiting == 0);
}

LOG_STORE_TEST("a consumer that is paused takes nothing, settles what it holds, and goes on when it is resumed") {
  t.add_many(3);
  t.open("record");
  t.open("other");
  CHECK(t.claim("record", 1) == "1");
  t.log().pause("record");
  CHECK(t.status("record").paused);
  const std::vector<Settlement> ack{{.sequence = 1}};
  std::vector<SettlementResult> results;
  const Claim none = t.log().claim("record", t.owner, 10, t.now, ack, &results);
  CHECK(none.deliveries.empty());
  REQUIRE(results.size() == 1);
  CHECK(text_of(results[0]) == "done");
  CHECK(t.claim("other") == "1 2 3");
  t.bench->reopen();
  t.owner = t.log().begin_owner();
  t.open("record");
  CHECK(t.status("record").paused);
  CHECK(t.claim("record").empty());
  t.log().resume("record");
  CHECK(t.claim("record") == "2 3");
}

LOG_STORE_TEST("E10: a replay delivers what was settled once more, as replays, beside what comes anyway") {
  t.add_many(4);
  t.open("record");
  CHECK(t.ack_all("record") == "1 2 3 4");
  t.add();
  CHECK(t.log().replay("record", 2, 3, t.now) == 2);
  CHECK(t.status("record").lag == 3);
  CHECK(t.claim("record") == "2r 3r 5");
  CHECK(t.log().replay("record", 2, 3, t.now) == 0);
  CHECK(t.settle("record", 2) == "done");
  CHECK(t.settle("record", 3) == "done");
  CHECK(t.settle("record", 5) == "done");
  CHECK(t.status("record").lag == 0);
  CHECK(t.status("record").position == 5);
  CHECK(t.log().replay("record", 1, 100, t.now) == 5);
}

LOG_STORE_TEST(
    "E10: a replay reaches back before the consumer's start, leaves out what does not match, and survives a restart") {
  t.add("orders.order.placed");
  t.add("stock.item.reserved");
  t.add("orders.order.placed");
  t.log().open_consumer({.name = "record", .events = {"orders.#"}, .start = StreamStart::now()}, t.now);
  CHECK(t.claim("record").empty());
  CHECK(t.log().replay("record", 1, 3, t.now) == 2);
  t.bench->reopen();
  t.owner = t.log().begin_owner();
  CHECK(t.claim("record") == "1r 3r");
  t.settle("record", 1, Outcome::retry);
  CHECK(t.claim("record") == "1x2r");
  CHECK(t.log().replay("record", 4, 9, t.now) == 0);
}

LOG_STORE_TEST("E10: what is in flight or waits is not replayed") {
  t.add_many(3);
  t.open("record");
  CHECK(t.claim("record") == "1 2 3");
  t.settle("record", 1);
  t.settle("record", 2, Outcome::retry);
  CHECK(t.log().replay("record", 1, 3, t.now) == 1);
  CHECK(t.claim("record") == "1r 2x2");
}

LOG_STORE_TEST("E10: a rewound consumer receives everything from there again, as replays up to where it was") {
  t.add_many(4);
  t.open("record");
  CHECK(t.ack_all("record") == "1 2 3 4");
  t.add();
  t.log().rewind("record", 3);
  CHECK(t.status("record").position == 2);
  CHECK(t.status("record").lag == 3);
  CHECK(t.claim("record") == "3r 4r 5");
}

LOG_STORE_TEST("E10: a rewind forgets what was in flight or waiting; what held it settles too late") {
  t.add_many(3);
  t.open("record");
  CHECK(t.claim("record") == "1 2 3");
  t.settle("record", 2, Outcome::retry, 1h);
  t.log().rewind("record", 1);
  CHECK(t.status("record").in_flight == 0);
  CHECK(t.status("record").waiting == 0);
  CHECK(t.settle("record", 1) == "late");
  CHECK(t.claim("record") == "1 2 3");
}

LOG_STORE_TEST("E10: a rewind in a unit happens with its commit, and not at all when that is rolled back") {
  t.add_many(2);
  t.open("record");
  CHECK(t.ack_all("record") == "1 2");
  {
    const auto unit = t.bench->begin();
    t.log().rewind("record", 1, &unit->work());
  }
  CHECK(t.status("record").lag == 0);
  const auto unit = t.bench->begin();
  t.log().rewind("record", 1, &unit->work());
  unit->commit();
  CHECK(t.status("record").lag == 2);
  CHECK(t.claim("record") == "1r 2r");
}

LOG_STORE_TEST("a consumer that the log does not know is an error that names it") {
  CHECK(refusal_of([&t] { t.claim("nobody"); }).find("nobody") != std::string::npos);
  CHECK(refusal_of([&t] { t.log().pause("nobody"); }).find("nobody") != std::string::npos);
  CHECK(refusal_of([&t] { t.log().resume("nobody"); }).find("nobody") != std::string::npos);
  CHECK(refusal_of([&t] { t.log().rewind("nobody", 1); }).find("nobody") != std::string::npos);
  CHECK(refusal_of([&t] { t.log().replay("nobody", 1, 2, t.now); }).find("nobody") != std::string::npos);
}
