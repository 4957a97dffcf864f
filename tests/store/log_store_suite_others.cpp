#include <atomic>

#include "log_store_suite.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using ashlar::StoredEvent;
using Outcome = Settlement::Outcome;

namespace {

std::string due_of(const std::vector<ScheduledEvent>& events) {
  std::string text;
  for (const ScheduledEvent& event : events) {
    text += (text.empty() ? "" : " ") + std::to_string(event.number) + "@" +
            std::to_string((event.due - suite_start) / 1s) + ">" + std::to_string(event.event.sequence);
  }
  return text;
}

}  // namespace

LOG_STORE_TEST("E11: a scheduled event is delivered at its time, in order of due time") {
  t.open("record");
  CHECK(t.log().schedule(nth_event(1, "orders.order.placed"), suite_start + 20s) == 1);
  CHECK(t.log().schedule(nth_event(2, "orders.order.placed"), suite_start + 10s) == 2);
  CHECK(t.log().schedule(nth_event(3, "orders.order.placed"), suite_start + 30s) == 3);
  REQUIRE(t.log().next_due().has_value());
  CHECK((*t.log().next_due() == suite_start + 10s));
  CHECK(t.log().release_due(suite_start + 9999ms).empty());
  CHECK(t.claim("record").empty());
  CHECK(due_of(t.log().scheduled()) == "2@10>0 1@20>0 3@30>0");
  CHECK(t.log().scheduled(2).size() == 2);
  CHECK(due_of(t.log().release_due(suite_start + 20s)) == "2@10>1 1@20>2");
  CHECK((*t.log().next_due() == suite_start + 30s));
  const Claim claim = t.log().claim("record", t.owner, 10, t.now);
  REQUIRE(claim.deliveries.size() == 2);
  CHECK(claim.deliveries[0].event.data == nth_event(2, "").data);
  CHECK((claim.deliveries[0].event.metadata.id == nth_id(2)));
}

LOG_STORE_TEST("E11: scheduled events survive a restart, and what is due is released in small steps") {
  for (int i = 1; i <= 3; ++i) t.log().schedule(nth_event(i, "orders.order.placed"), suite_start + 1s);
  t.bench->reopen();
  CHECK(due_of(t.log().scheduled()) == "1@1>0 2@1>0 3@1>0");
  CHECK(due_of(t.log().release_due(suite_start + 1h, 2)) == "1@1>1 2@1>2");
  CHECK(due_of(t.log().release_due(suite_start + 1h, 2)) == "3@1>3");
  CHECK(t.log().release_due(suite_start + 1h, 2).empty());
  CHECK_FALSE(t.log().next_due().has_value());
}

LOG_STORE_TEST("E11: a scheduled event can be cancelled once, until it is released") {
  const auto first = t.log().schedule(nth_event(1, "orders.order.placed"), suite_start + 1s);
  const auto second = t.log().schedule(nth_event(2, "orders.order.placed"), suite_start + 1s);
  CHECK(t.log().cancel(first));
  CHECK_FALSE(t.log().cancel(first));
  CHECK_FALSE(t.log().cancel(99));
  CHECK(t.log().release_due(suite_start + 1s).size() == 1);
  CHECK_FALSE(t.log().cancel(second));
  CHECK(t.log().schedule(nth_event(3, "orders.order.placed"), suite_start + 1s) > second);
}

LOG_STORE_TEST("E11: an event is scheduled with the commit of its unit, or not at all") {
  {
    const auto unit = t.bench->begin();
    t.log().schedule(nth_event(1, "orders.order.placed"), suite_start + 1s, &unit->work());
  }
  CHECK(t.log().scheduled().empty());
  const auto unit = t.bench->begin();
  const auto number = t.log().schedule(nth_event(1, "orders.order.placed"), suite_start + 1s, &unit->work());
  CHECK(t.log().scheduled().empty());
  unit->commit();
  REQUIRE(t.log().scheduled().size() == 1);
  CHECK(t.log().scheduled()[0].number == number);
}

LOG_STORE_TEST("E2: a scheduled event whose id is in the log is a duplicate of that one when it is released") {
  t.add();
  t.log().schedule(nth_event(1, "orders.order.placed"), suite_start + 1s);
  CHECK(due_of(t.log().release_due(suite_start + 1s)) == "1@1>1");
  CHECK(t.stored() == "1");
  CHECK(t.log().scheduled().empty());
}

LOG_STORE_TEST("E11: a log that is full keeps what is scheduled until there is room") {
  t.log().set_retention({.when_over = WhenOver::refuse_new, .max_count = 1});
  t.add();
  t.log().schedule(nth_event(8, "orders.order.placed"), suite_start);
  CHECK_THROWS_AS(t.log().release_due(suite_start), StoreFull);
  CHECK(t.log().scheduled().size() == 1);
  t.log().set_retention({});
  CHECK(due_of(t.log().release_due(suite_start)) == "1@0>2");
}

LOG_STORE_TEST("an id is new in an inbox once, until its time is over; each inbox has its own") {
  CHECK(t.log().first_seen("broker", "a", t.now, 10s));
  CHECK_FALSE(t.log().first_seen("broker", "a", t.now, 10s));
  CHECK(t.log().first_seen("broker", "b", t.now, 10s));
  CHECK(t.log().first_seen("web", "a", t.now, 10s));
  t.bench->reopen();
  t.now += 9s;
  CHECK_FALSE(t.log().first_seen("broker", "a", t.now, 10s));
  t.now += 2s;
  CHECK(t.log().first_seen("broker", "a", t.now, 10s));
  CHECK_FALSE(t.log().first_seen("broker", "a", t.now, 10s));
}

LOG_STORE_TEST("an id that is seen in a unit is kept with its commit, and new again after a rollback") {
  {
    const auto unit = t.bench->begin();
    CHECK(t.log().first_seen("broker", "a", t.now, 10s, &unit->work()));
    CHECK_FALSE(t.log().first_seen("broker", "a", t.now, 10s, &unit->work()));
  }
  const auto unit = t.bench->begin();
  CHECK(t.log().first_seen("broker", "a", t.now, 10s, &unit->work()));
  unit->commit();
  CHECK_FALSE(t.log().first_seen("broker", "a", t.now, 10s));
}

LOG_STORE_TEST("who asked to be woken is woken when there is something to deliver, and no more when nobody asks") {
  t.open("record");
  std::atomic<int> woken{0};
  t.log().on_change([&woken](std::span<const std::string>) { ++woken; });
  const auto wakes = [&woken](auto action) {
    woken = 0;
    action();
    return woken > 0;
  };
  CHECK(wakes([&t] { t.add(); }));
  CHECK(wakes([&t] {
    t.log().append_later(nth_event(90, "orders.order.placed"), {});
    t.log().flush();
    t.add();
  }));
  {
    const auto unit = t.bench->begin();
    t.log().append(std::vector{nth_event(91, "orders.order.placed")}, &unit->work());
    CHECK(wakes([&unit] { unit->commit(); }));
  }
  t.log().pause("record");
  CHECK(wakes([&t] { t.log().resume("record"); }));
  t.ack_all("record");
  CHECK(wakes([&t] { t.log().replay("record", 1, 1, t.now); }));
  CHECK(wakes([&t] { t.log().rewind("record", 1); }));
  t.claim("record");
  t.settle("record", 1, Outcome::bury);
  CHECK(wakes([&t] { t.log().retry({}, t.now); }));
  t.log().schedule(nth_event(92, "orders.order.placed"), t.now);
  CHECK(wakes([&t] { t.log().release_due(t.now); }));
  CHECK(wakes([&t] { t.log().end_owner(t.owner); }));
  t.log().on_change({});
  CHECK_FALSE(wakes([&t] { t.add(); }));
}

LOG_STORE_TEST("who is woken may use the log") {
  std::atomic<std::int64_t> last{0};
  t.log().on_change([&t, &last](std::span<const std::string>) { last = t.log().bounds().last; });
  t.add();
  CHECK(last == 1);
  t.log().on_change({});
}
