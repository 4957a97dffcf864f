#include "log_store_suite.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using ashlar::StoredEvent;
using Outcome = Settlement::Outcome;

namespace {

bool is_refused(LogTest& t) {
  try {
    t.add();
  } catch (const StoreFull& full) {
    CHECK_FALSE(std::string(full.what()).empty());
    return true;
  }
  return false;
}

}  // namespace

LOG_STORE_TEST("E9: without limits nothing is removed") {
  t.add_many(3);
  t.now += 1000h;
  CHECK(t.log().retain(t.now) == 0);
  CHECK(t.stored() == "1 2 3");
}

LOG_STORE_TEST("E9: limits by count: the oldest go, a step at a time") {
  t.log().set_retention({.max_count = 3});
  t.add_many(8);
  CHECK(t.log().bounds().count == 8);
  CHECK(t.log().retain(t.now, 2) == 2);
  CHECK(t.stored() == "3 4 5 6 7 8");
  while (t.log().retain(t.now, 2) != 0) {}
  CHECK(t.stored() == "6 7 8");
  CHECK(t.log().bounds().first == 6);
  CHECK(t.log().bounds().last == 8);
  CHECK(t.log().bounds().count == 3);
}

LOG_STORE_TEST("E9: limits by age: what is older goes") {
  t.log().set_retention({.max_age = 10s});
  t.add_many(3);  // at 1 s, 2 s and 3 s
  CHECK(t.log().retain(suite_start + 10s) == 0);
  CHECK(t.log().retain(suite_start + 12500ms) == 2);
  CHECK(t.stored() == "3");
}

LOG_STORE_TEST("E9: limits by size: the oldest go until the rest is small enough") {
  t.add_many(4);
  const std::int64_t bytes = t.log().bounds().bytes;
  t.log().set_retention({.max_bytes = bytes});
  CHECK(t.log().retain(t.now) == 0);
  t.log().set_retention({.max_bytes = bytes / 2});
  while (t.log().retain(t.now, 1) != 0) {}
  CHECK(t.stored() == "3 4");
  CHECK(t.log().bounds().bytes == bytes / 2);
}

LOG_STORE_TEST("E2: the newest sequence is not used twice after retention removed everything") {
  t.log().set_retention({.max_count = 0});
  t.add_many(3);
  CHECK(t.log().retain(t.now) == 3);
  CHECK(t.log().bounds().first == 0);
  CHECK(t.log().bounds().count == 0);
  CHECK(t.log().bounds().bytes == 0);
  CHECK(t.log().bounds().last == 3);
  t.bench->reopen();
  CHECK(t.log().bounds().last == 3);
  CHECK(t.add() == 4);
}

LOG_STORE_TEST("E9: limits discard also what a consumer has not seen, and its status tells how much") {
  t.log().set_retention({.max_count = 1});
  t.open("record", {"orders.#"});
  t.add_many(3);
  t.add("stock.item.reserved");
  t.add();
  CHECK(t.claim("record", 1) == "1");
  t.settle("record", 1);
  CHECK(t.log().retain(t.now) == 4);
  CHECK(t.status("record").lost == 2);
  CHECK(t.status("record").lag == 1);
  CHECK(t.claim("record") == "5");
  t.settle("record", 5);
  t.log().set_retention({.max_count = 0});
  CHECK(t.log().retain(t.now) == 1);
  CHECK(t.status("record").lost == 2);
}

LOG_STORE_TEST("E9: what limits remove while it waits is lost, and no longer delivered") {
  t.log().set_retention({.max_count = 0});
  t.add_many(2);
  t.open("record");
  t.claim("record");
  t.settle("record", 1, Outcome::retry, 1s);
  t.settle("record", 2);
  CHECK(t.log().retain(t.now) == 2);
  const ConsumerStatus status = t.status("record");
  CHECK(status.lost == 1);
  CHECK(status.lag == 0);
  CHECK(status.waiting == 0);
  t.now += 1s;
  CHECK(t.claim("record").empty());
}

LOG_STORE_TEST("E9: limits that refuse new events remove none, and take new ones when there is room") {
  t.log().set_retention({.when_over = WhenOver::refuse_new, .max_count = 2});
  t.add_many(2);
  CHECK(is_refused(t));
  CHECK(t.log().retain(t.now) == 0);
  CHECK(t.stored() == "1 2");
  const std::vector<StoredEvent> known{nth_event(1, "orders.order.placed")};
  CHECK(t.log().append(known).at(0).duplicate);
  t.log().set_retention({.when_over = WhenOver::refuse_new, .max_count = 3});
  CHECK_FALSE(is_refused(t));
  CHECK(is_refused(t));
}

LOG_STORE_TEST("E9: events that are refused are refused together") {
  t.log().set_retention({.when_over = WhenOver::refuse_new, .max_count = 2});
  t.add();
  const std::vector<StoredEvent> two{nth_event(8, "orders.order.placed"), nth_event(9, "orders.order.placed")};
  CHECK_THROWS_AS(t.log().append(two), StoreFull);
  CHECK(t.stored() == "1");
  const auto unit = t.bench->begin();
  CHECK_THROWS_AS(t.log().append(two, &unit->work()), StoreFull);
}

LOG_STORE_TEST("E9: limits refuse by size, too") {
  t.add_many(2);
  t.log().set_retention({.when_over = WhenOver::refuse_new, .max_bytes = t.log().bounds().bytes});
  CHECK(is_refused(t));
  CHECK(t.stored() == "1 2");
}

LOG_STORE_TEST("E9: interest keeps an event until every consumer that wants it is done with it") {
  t.log().set_retention({.policy = RetentionPolicy::interest, .max_age = 1s});
  t.open("record", {"orders.#"});
  t.open("index", {"orders.#"});
  t.open("stock", {"stock.#"});
  t.add_many(3);
  t.now += 1h;
  CHECK(t.log().retain(t.now) == 0);
  CHECK(t.ack_all("record") == "1 2 3");
  CHECK(t.log().retain(t.now) == 0);
  CHECK(t.claim("index") == "1 2 3");
  CHECK(t.log().retain(t.now) == 0);
  t.settle("index", 1);
  t.settle("index", 2, Outcome::retry, 1h);
  t.settle("index", 3);
  while (t.log().retain(t.now) != 0) {}
  CHECK(t.stored({"#"}).find('2') != std::string::npos);
  CHECK(t.stored({"#"}).find('1') == std::string::npos);
  t.now += 1h;
  CHECK(t.ack_all("index") == "2x2");
  while (t.log().retain(t.now) != 0) {}
  CHECK(t.stored().empty());
  CHECK(t.status("index").lost == 0);
}

LOG_STORE_TEST(
    "E9: interest lets go of what became a dead letter, which keeps it, and of what a removed consumer wanted") {
  t.log().set_retention({.policy = RetentionPolicy::interest});
  t.open("record");
  t.open("index");
  t.add_many(2);
  t.claim("record");
  t.settle("record", 1, Outcome::bury);
  t.settle("record", 2);
  CHECK(t.log().retain(t.now) == 0);
  t.log().remove_consumer("index");
  while (t.log().retain(t.now) != 0) {}
  CHECK(t.stored().empty());
  CHECK(t.log().dead_letters({}).at(0).event.data == nth_event(1, "").data);
}

LOG_STORE_TEST("E9: interest refuses new events at its limits, whatever it is told to do when over") {
  t.log().set_retention({.policy = RetentionPolicy::interest, .max_count = 2});
  t.open("record");
  t.add_many(2);
  CHECK(is_refused(t));
  CHECK(t.log().retain(t.now) == 0);
  CHECK(t.ack_all("record") == "1 2");
  while (t.log().retain(t.now) != 0) {}
  CHECK_FALSE(is_refused(t));
}

LOG_STORE_TEST("E9: interest looks at everything, ends, and begins anew, while it may remove nothing") {
  t.log().set_retention({.policy = RetentionPolicy::interest});
  t.add_many(2);
  t.open("record");
  CHECK(t.claim("record", 1) == "1");
  t.settle("record", 1);
  CHECK(t.log().retain(t.now, 1) == 1);
  CHECK(t.log().retain(t.now, 1) == 0);
  CHECK(t.log().retain(t.now, 1) == 0);
  CHECK(t.ack_all("record") == "2");
  CHECK(t.log().retain(t.now, 1) == 1);
}

LOG_STORE_TEST("E9: interest keeps what is to be replayed until it was") {
  t.log().set_retention({.policy = RetentionPolicy::interest});
  t.open("record");
  t.add_many(2);
  CHECK(t.ack_all("record") == "1 2");
  t.log().replay("record", 2, 2, t.now);
  while (t.log().retain(t.now) != 0) {}
  CHECK(t.ack_all("record") == "2r");
  while (t.log().retain(t.now) != 0) {}
  CHECK(t.stored().empty());
}

LOG_STORE_TEST("E9: a work queue removes what its consumer acked, and nothing that it did not") {
  t.log().set_retention({.policy = RetentionPolicy::work_queue, .max_age = 1s});
  t.open("record");
  t.add_many(3);
  t.now += 1h;
  CHECK(t.claim("record", 2) == "1 2");
  t.settle("record", 1);
  while (t.log().retain(t.now) != 0) {}
  CHECK(t.stored() == "2 3");
  CHECK(t.settle("record", 2) == "done");
  CHECK(t.ack_all("record") == "3");
  while (t.log().retain(t.now) != 0) {}
  CHECK(t.stored().empty());
  CHECK(t.add() == 4);
  CHECK(t.ack_all("record") == "4");
}

LOG_STORE_TEST("E9: a work queue has one consumer for each event; a second one is refused, and both are named") {
  t.log().set_retention({.policy = RetentionPolicy::work_queue});
  t.open("record", {"orders.#"});
  t.open("stock", {"stock.#"});
  const std::string said = refusal_of([&t] { t.open("index", {"orders.order.placed"}); });
  CHECK(said.find("record") != std::string::npos);
  CHECK(said.find("index") != std::string::npos);
  CHECK(t.log().consumers().size() == 2);
  t.open("record", {"orders.#"});
}

LOG_STORE_TEST("a small step of retention removes no more than it may") {
  t.log().set_retention({.policy = RetentionPolicy::interest});
  t.add_many(5);
  CHECK(t.log().retain(t.now, 2) <= 2);
  while (t.log().retain(t.now, 2) != 0) {}
  CHECK(t.stored().empty());
}
