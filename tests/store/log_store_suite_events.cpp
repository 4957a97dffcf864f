#include <ashlar/testing/memory_log.hpp>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "log_store_suite.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using ashlar::Stored;
using ashlar::StoredEvent;

LOG_STORE_TEST("E2: sequences rise from 1, one for each event") {
  CHECK(t.log().bounds().count == 0);
  CHECK(t.log().bounds().first == 0);
  CHECK(t.log().bounds().last == 0);
  CHECK(t.add() == 1);
  CHECK(t.add() == 2);
  const std::vector<StoredEvent> two{nth_event(10, "orders.order.placed"), nth_event(11, "orders.order.shipped")};
  const std::vector<Stored> stored = t.log().append(two);
  REQUIRE(stored.size() == 2);
  CHECK(stored[0].sequence == 3);
  CHECK(stored[1].sequence == 4);
  CHECK(t.stored() == "1 2 3 4");
  const LogBounds bounds = t.log().bounds();
  CHECK(bounds.first == 1);
  CHECK(bounds.last == 4);
  CHECK(bounds.count == 4);
  CHECK(bounds.bytes > 0);
}

LOG_STORE_TEST("E2: a second event with the same id is ignored, and told to be a duplicate of the first") {
  t.add();
  const std::vector<StoredEvent> again{nth_event(7, "orders.order.placed"), nth_event(1, "orders.order.shipped"),
                                       nth_event(7, "orders.order.shipped")};
  const std::vector<Stored> stored = t.log().append(again);
  REQUIRE(stored.size() == 3);
  CHECK(stored[0].sequence == 2);
  CHECK_FALSE(stored[0].duplicate);
  CHECK(stored[1].sequence == 1);
  CHECK(stored[1].duplicate);
  CHECK(stored[2].sequence == 2);
  CHECK(stored[2].duplicate);
  CHECK(t.stored({"orders.order.placed"}) == "1 2");
  CHECK(t.stored() == "1 2");
  t.bench->reopen();
  CHECK(t.log().append(again).at(0).duplicate);
  CHECK(t.log().bounds().last == 2);
}

LOG_STORE_TEST("an event is read as it was stored, with all its metadata") {
  StoredEvent event = nth_event(5, "orders.order.placed", "order-5");
  event.metadata.version = 3;
  event.data = "{\"text\":\"\xc3\xa4 \\u0000\"}";
  t.log().append(std::vector{event});
  t.bench->reopen();
  const std::vector<std::string> all{"#"};
  const auto page = t.log().read(1, 10, all);
  REQUIRE(page.events.size() == 1);
  const StoredEvent& read = page.events[0];
  CHECK(read.sequence == 1);
  CHECK((read.metadata.id == event.metadata.id));
  CHECK(read.metadata.name == event.metadata.name);
  CHECK(read.metadata.version == 3);
  CHECK((read.metadata.time == event.metadata.time));
  CHECK(read.metadata.source == event.metadata.source);
  CHECK(read.metadata.correlation_id == event.metadata.correlation_id);
  CHECK(read.metadata.causation_id == event.metadata.causation_id);
  CHECK(read.metadata.tenant_id == event.metadata.tenant_id);
  CHECK(read.metadata.user_id == event.metadata.user_id);
  CHECK(read.metadata.key == "order-5");
  CHECK(read.data == event.data);
}

LOG_STORE_TEST("E1: before the commit of its unit nothing of an event is there, and afterwards all of it") {
  t.open("record");
  t.add();
  const auto unit = t.bench->begin();
  const std::vector<StoredEvent> events{nth_event(50, "orders.order.placed"), nth_event(51, "orders.order.placed")};
  const std::vector<Stored> stored = t.log().append(events, &unit->work());
  REQUIRE(stored.size() == 2);
  CHECK(stored[0].sequence == 2);
  CHECK(stored[1].sequence == 3);
  CHECK(t.stored() == "1");
  CHECK(t.log().bounds().last == 1);
  CHECK(t.status("record").lag == 1);
  unit->commit();
  CHECK(t.stored() == "1 2 3");
  CHECK(t.claim("record") == "1 2 3");
}

LOG_STORE_TEST("E1: after a rollback nothing of an event remains, and its sequence and its id are free") {
  {
    const auto unit = t.bench->begin();
    CHECK(t.log().append(std::vector{nth_event(50, "orders.order.placed")}, &unit->work()).at(0).sequence == 1);
  }
  CHECK(t.log().bounds().last == 0);
  CHECK(t.stored().empty());
  const std::vector<Stored> stored = t.log().append(std::vector{nth_event(50, "orders.order.shipped")});
  CHECK(stored.at(0).sequence == 1);
  CHECK_FALSE(stored.at(0).duplicate);
}

LOG_STORE_TEST("E2: a duplicate is told within a unit, too") {
  t.add();
  const auto unit = t.bench->begin();
  CHECK(t.log().append(std::vector{nth_event(1, "orders.order.placed")}, &unit->work()).at(0).duplicate);
  CHECK_FALSE(t.log().append(std::vector{nth_event(2, "orders.order.placed")}, &unit->work()).at(0).duplicate);
  const Stored again = t.log().append(std::vector{nth_event(2, "orders.order.placed")}, &unit->work()).at(0);
  CHECK(again.duplicate);
  CHECK(again.sequence == 2);
  unit->commit();
  CHECK(t.stored() == "1 2");
}

LOG_STORE_TEST("what is stored later is stored in its order, told once it is, and there after flush()") {
  std::mutex mutex;
  std::vector<std::int64_t> told;
  int duplicates = 0;
  for (const std::int64_t n : {1, 2, 3, 2, 4}) {
    t.log().append_later(nth_event(n, "orders.order.placed"), [&](const Stored& stored, std::exception_ptr error) {
      std::lock_guard lock(mutex);
      if (error == nullptr) told.push_back(stored.sequence);
      duplicates += stored.duplicate ? 1 : 0;
    });
  }
  t.log().flush();
  CHECK(text_of(told) == "1 2 3 2 4");
  CHECK(duplicates == 1);
  CHECK(t.stored() == "1 2 3 4");
  t.log().flush();
}

LOG_STORE_TEST("what is stored later and refused says so") {
  t.log().set_retention({.when_over = WhenOver::refuse_new, .max_count = 1});
  std::string said;
  for (const std::int64_t n : {1, 2}) {
    t.log().append_later(nth_event(n, "orders.order.placed"), [&](const Stored&, std::exception_ptr error) {
      if (error == nullptr) return;
      try {
        std::rethrow_exception(error);
      } catch (const StoreFull& full) {
        said = full.what();
      }
    });
  }
  t.log().flush();
  CHECK_FALSE(said.empty());
  CHECK(t.stored() == "1");
}

LOG_STORE_TEST("a page holds what matches, in order, and says where to go on") {
  for (const char* name : {"orders.order.placed", "stock.item.reserved", "orders.order.placed", "stock.item.reserved",
                           "orders.order.shipped"}) {
    t.add(name);
  }
  const std::vector<std::string> placed{"orders.order.placed"};
  const auto first = t.log().read(1, 1, placed);
  REQUIRE(first.events.size() == 1);
  CHECK(first.events[0].sequence == 1);
  CHECK(first.next >= 2);
  CHECK(first.next <= 3);
  const auto second = t.log().read(first.next, 1, placed);
  REQUIRE(second.events.size() == 1);
  CHECK(second.events[0].sequence == 3);
  const auto third = t.log().read(second.next, 1, placed);
  CHECK(third.events.empty());
  CHECK(third.next == 6);
  CHECK(t.log().read(6, 10, placed).next == 6);
}

LOG_STORE_TEST("patterns and references read the events that they name") {
  t.add("orders.order.placed");
  t.add("orders.order.shipped");
  t.add("orders.order.line.added");
  StoredEvent second = nth_event(4, "orders.order.placed");
  second.metadata.version = 2;
  t.log().append(std::vector{second});
  CHECK(t.stored({"orders.order.placed"}) == "1");
  CHECK(t.stored({"orders.order.placed@2"}) == "4");
  CHECK(t.stored({"orders.order.*"}) == "1 2 4");
  CHECK(t.stored({"orders.#"}) == "1 2 3 4");
  CHECK(t.stored({"orders.order.shipped", "orders.order.placed@2"}) == "2 4");
  CHECK(t.stored({"stock.#"}).empty());
}

LOG_STORE_TEST("a page looks at no more than 10,000 events, and the next goes on") {
  std::vector<StoredEvent> many;
  for (std::int64_t n = 1; n <= 10'001; ++n) many.push_back(nth_event(n, "stock.item.reserved"));
  many.push_back(nth_event(10'002, "orders.order.placed"));
  t.log().append(many);
  const std::vector<std::string> placed{"orders.order.placed"};
  const auto page = t.log().read(1, 10, placed);
  CHECK(page.events.empty());
  CHECK(page.next > 1);
  CHECK(page.next <= 10'001);
  std::int64_t next = page.next;
  std::vector<std::int64_t> found;
  for (int pages = 0; next <= 10'002 && pages < 3; ++pages) {
    const auto another = t.log().read(next, 10, placed);
    for (const StoredEvent& event : another.events) found.push_back(event.sequence);
    next = another.next;
  }
  CHECK(text_of(found) == "10002");
  CHECK(next == 10'003);
}

LOG_STORE_TEST("what is stored under a former name is read and claimed under the new one") {
  t.add("orders.order.created");
  t.add("orders.order.placed");
  t.log().rename_event("orders.order.created", "orders.order.placed");
  t.bench->reopen();
  t.owner = t.log().begin_owner();
  CHECK(t.stored({"orders.order.placed"}) == "1 2");
  t.open("record", {"orders.order.placed"});
  const Claim claim = t.log().claim("record", t.owner, 10, t.now);
  REQUIRE(claim.deliveries.size() == 2);
  CHECK(claim.deliveries[0].event.metadata.name == "orders.order.placed");
  t.log().rename_event("orders.order.placed", "orders.order.accepted");
  CHECK(t.stored({"orders.order.accepted"}) == "1 2");
}

LOG_STORE_TEST("the names that are stored are counted by name and version") {
  t.add("orders.order.placed");
  t.add("orders.order.placed");
  StoredEvent second = nth_event(9, "orders.order.placed");
  second.metadata.version = 2;
  t.log().append(std::vector{second});
  t.add("stock.item.reserved");
  const std::map<std::string, std::int64_t> names = t.log().stored_names();
  CHECK(names.size() == 3);
  CHECK(names.at("orders.order.placed@1") == 2);
  CHECK(names.at("orders.order.placed@2") == 1);
  CHECK(names.at("stock.item.reserved@1") == 1);
}

LOG_STORE_TEST("the names that are stored are counted as far as somebody wants to know") {
  t.add("orders.order.created");
  t.add("stock.item.reserved");
  t.log().rename_event("orders.order.created", "orders.order.placed");
  std::string asked;
  const auto names = t.log().stored_names([&](std::string_view name, int version) {
    asked += std::string(name) + "@" + std::to_string(version) + " ";
    return name == "orders.order.placed";
  });
  CHECK((asked == "orders.order.placed@1 stock.item.reserved@1 "));
  CHECK((names == std::map<std::string, std::int64_t>{{"orders.order.placed@1", 1}}));
  CHECK(t.log().stored_names([](std::string_view, int) { return false; }).empty());
}

LOG_STORE_TEST("E3: an event that is renamed back has its first name again") {
  t.add("orders.order.placed");
  t.log().rename_event("orders.order.placed", "orders.order.accepted");
  t.log().rename_event("orders.order.accepted", "orders.order.placed");
  CHECK(t.stored({"orders.order.placed"}) == "1");
  CHECK(t.stored({"orders.order.accepted"}).empty());
}

LOG_STORE_TEST("E1: of several events appended in a unit all are stored or, where one is refused, none") {
  t.log().set_retention({.when_over = WhenOver::refuse_new, .max_count = 2});
  t.add();
  const auto unit = t.bench->begin();
  const std::vector<StoredEvent> events{nth_event(50, "orders.order.placed"), nth_event(51, "orders.order.placed")};
  CHECK_THROWS_AS(t.log().append(events, &unit->work()), StoreFull);
  CHECK(t.log().append({&events[1], 1}, &unit->work()).at(0).sequence == 2);
  unit->commit();
  CHECK(t.stored() == "1 2");
  CHECK(t.log().bounds().count == 2);
  CHECK(t.log().append({&events[1], 1}).at(0).duplicate);
}

LOG_STORE_TEST("E2: many threads that append get a sequence each, and none twice") {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<std::int64_t> sequences;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&t, &mutex, &sequences, thread] {
      std::int64_t before = 0;
      for (int i = 0; i < 50; ++i) {
        const std::vector<StoredEvent> one{nth_event(1'000 * (thread + 1) + i, "orders.order.placed")};
        const std::int64_t sequence = t.log().append(one).at(0).sequence;
        std::lock_guard lock(mutex);
        CHECK(sequence > before);
        CHECK(sequences.insert(sequence).second);
        before = sequence;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(sequences.size() == 200);
  CHECK(*sequences.rbegin() == 200);
  CHECK(t.log().bounds().count == 200);
}
