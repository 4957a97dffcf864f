#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "error_of.hpp"
#include "support.hpp"

using ashlar::HandlerFailure;
using support::Calls;
using support::emits;
using support::House;

namespace {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct OrderPlaced2 {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced2, "orders.order.placed", 2, order_id)

const ashlar::Uuid known_id = *ashlar::Uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");

struct Odd {};

void fail_nested() {
  try {
    throw std::runtime_error("database is locked");
  } catch (...) {
    std::throw_with_nested(std::logic_error("cannot index the order"));
  }
}

// Handlers that fail in every way there is, each followed by one that works.
class Failing {
 public:
  Failing() {
    house.with("orders", {.declare = emits<OrderPlaced>()})
        .with("search", {.handlers =
                             [this](auto& r) {
                               add(r, "runtime_error", [] { throw std::runtime_error("database is locked"); });
                               add(r, "int", [] { throw 7; });
                               add(r, "text", [] { throw "just text"; });
                               add(r, "odd", [] { throw Odd{}; });
                               add(r, "nested", fail_nested);
                               add(r, "null",
                                   [] { std::rethrow_exception(std::make_exception_ptr(std::bad_alloc())); });
                             }})
        .start();
  }

  ashlar::PublishReport publish() { return house.bus("orders").publish(OrderPlaced{"7"}, {.id = known_id}); }

  House house;
  Calls worked;

 private:
  template <class Fail>
  void add(ashlar::EventRegistry& registry, const std::string& name, Fail fail) {
    registry.on([fail](const OrderPlaced&) { fail(); }, {.name = name});
    registry.on([this, name](const OrderPlaced&) { worked.push_back(name); }, {.name = "after_" + name});
  }
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("C2: a handler that throws, whatever it throws, does not keep the others from running") {
  Failing failing;
  ashlar::PublishReport report;
  CHECK_NOTHROW(report = failing.publish());
  CHECK(failing.worked == Calls{"runtime_error", "int", "text", "odd", "nested", "null"});
  CHECK(report.handlers() == 12);
  CHECK_FALSE(report.ok());
}

TEST_CASE("C2: of fifty handlers, single and in groups, each runs once in its order, whichever of them fail") {
  for (const int every : {1, 2, 3, 5, 7, 17, 50}) {
    CAPTURE(every);
    Calls calls;
    Calls expected;
    std::size_t failing = 0;
    const auto register_all = [&](ashlar::EventRegistry& r) {
      for (int i = 0; i < 50; ++i) {
        const std::string name = "h" + std::to_string(i);
        const bool fails = i % every == every - 1;
        expected.push_back(name);
        failing += fails ? 1 : 0;
        const auto handle = [&calls, name, fails](const OrderPlaced&) {
          calls.push_back(name);
          if (fails) throw std::runtime_error(name);
        };
        r.on(handle, {.name = name, .group = i % 10 == 9 ? name : ""});
      }
    };
    House house;
    house.with("orders", {.declare = emits<OrderPlaced>()}).with("search", {.handlers = register_all}).start();
    for (int round = 0; round < 3; ++round) {  // the first is timed, the others are not
      calls.clear();
      const auto report = house.bus("orders").publish(OrderPlaced{});
      CHECK(calls == expected);
      CHECK(report.handlers() == 50);
      REQUIRE(report.failures().size() == failing);
      for (const auto& failure : report.failures()) CHECK(failure.message == failure.handler);
    }
  }
}

TEST_CASE("C2: the report names event id, module, handler and message of every failure") {
  Failing failing;
  const ashlar::PublishReport report = failing.publish();
  REQUIRE(report.failures().size() == 6);
  for (const HandlerFailure& failure : report.failures()) {
    CHECK(failure.event_id == known_id.to_string());
    CHECK(failure.event == "orders.order.placed");
    CHECK(failure.module == "search");
  }
  const auto& failures = report.failures();
  CHECK(failures[0].handler == "runtime_error");
  CHECK(failures[0].message == "database is locked");
  CHECK(failures[1].handler == "int");
  CHECK(contains(failures[1].message, "int"));
  CHECK(contains(failures[2].message, "char const*"));
  CHECK(contains(failures[3].message, "Odd"));
  CHECK(failures[4].message == "cannot index the order: database is locked");
  CHECK(failures[5].message == "std::bad_alloc");

  const auto outcomes = report.outcomes();
  REQUIRE(outcomes.size() == 12);
  for (std::size_t i = 0; i < outcomes.size(); ++i) CHECK(outcomes[i].failed == (i % 2 == 0));
}

TEST_CASE("C2: a failure names a later version of an event as registrations do") {
  House house;
  house
      .with("orders", {.declare = emits<OrderPlaced2>(),
                       .handlers = [](auto& r) { r.on([](const OrderPlaced2&) { throw std::runtime_error("no"); }); }})
      .start();
  const ashlar::PublishReport report = house.bus("orders").publish(OrderPlaced2{});
  REQUIRE(report.failures().size() == 1);
  CHECK(report.failures()[0].event == "orders.order.placed@2");
}

TEST_CASE("C2: the report's text and exception name every failure; without one there is nothing to throw") {
  House house;
  bool fail = true;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers = [](auto& r) { r.on([](const OrderPlaced&) {}, {.name = "send"}); }})
      .with("search", {.handlers =
                           [&](auto& r) {
                             r.on(
                                 [&](const OrderPlaced&) {
                                   if (fail) throw std::runtime_error("database is locked");
                                 },
                                 {.name = "index"});
                             r.on(
                                 [&](const OrderPlaced&) {
                                   if (fail) throw 7;
                                 },
                                 {.name = "rank"});
                           }})
      .start();

  const ashlar::PublishReport failed = house.bus("orders").publish(OrderPlaced{});
  CHECK(failed.to_string().starts_with("3 handlers, 2 failed: search/index: database is locked"));
  CHECK(contains(failed.to_string(), "search/rank: "));
  CHECK_THROWS_AS(failed.throw_if_failed(), ashlar::HandlersFailed);
  const std::string thrown = error_of([&] { failed.throw_if_failed(); });
  CHECK(contains(thrown, "search/index: database is locked"));
  CHECK(contains(thrown, "search/rank: "));

  fail = false;
  const ashlar::PublishReport fine = house.bus("orders").publish(OrderPlaced{});
  CHECK(fine.ok());
  CHECK(fine.failures().empty());
  CHECK(fine.to_string() == "3 handlers");
  CHECK_NOTHROW(fine.throw_if_failed());
}

TEST_CASE("C2: the log names event id, module, handler and message of every failure") {
  Failing failing;
  failing.publish();
  const auto lines = failing.house.log().lines();
  for (const auto& [handler, message] :
       {std::pair{"runtime_error", "database is locked"}, {"int", "int"}, {"nested", "order: database is locked"}}) {
    CAPTURE(handler);
    const auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& l) {
      return l.level >= ashlar::LogLevel::warning && contains(l.to_string(), handler);
    });
    REQUIRE(line != lines.end());
    CHECK(contains(line->to_string(), known_id.to_string()));
    CHECK(contains(line->to_string(), "orders.order.placed"));
    CHECK(contains(line->to_string(), "search"));
    CHECK(contains(line->to_string(), message));
  }
}

TEST_CASE("C2: the counters count every failure") {
  Failing failing;
  failing.publish();
  failing.publish();
  const auto handlers = failing.house.host().describe().events.at(0).handlers;
  REQUIRE(handlers.size() == 12);
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    CAPTURE(handlers[i].name);
    CHECK(handlers[i].statistics.calls == 2);
    CHECK(handlers[i].statistics.failures == (i % 2 == 0 ? 2 : 0));
  }
}

TEST_CASE("C2: handler_failed tells observers event id, module, handler and message, on the publishing thread") {
  Failing failing;
  std::vector<HandlerFailure> seen;
  std::vector<std::thread::id> threads;
  const ashlar::Subscription subscription = failing.house.host().on_handler_failed([&](const HandlerFailure& failure) {
    seen.push_back(failure);
    threads.push_back(std::this_thread::get_id());
  });
  std::vector<HandlerFailure> reported;
  std::thread::id publishing;
  std::thread([&] {
    publishing = std::this_thread::get_id();
    reported = failing.publish().failures();
  }).join();

  REQUIRE(seen.size() == 6);
  REQUIRE(reported.size() == 6);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    CHECK(seen[i].event_id == known_id.to_string());
    CHECK(seen[i].event == "orders.order.placed");
    CHECK(seen[i].module == "search");
    CHECK(seen[i].handler == reported[i].handler);
    CHECK(seen[i].message == reported[i].message);
    CHECK(threads[i] == publishing);
  }
}

TEST_CASE("C2: an observer of handler_failed that fails is contained, logged, and keeps no other from being told") {
  Failing failing;
  int before = 0;
  int after = 0;
  const std::array subscriptions{
      failing.house.host().on_handler_failed([&](const HandlerFailure&) { ++before; }),
      failing.house.host().on_handler_failed([](const HandlerFailure&) { throw std::runtime_error("pager is off"); }),
      failing.house.host().on_handler_failed([](const HandlerFailure&) { throw 9; }),
      failing.house.host().on_handler_failed([&](const HandlerFailure&) { ++after; })};
  ashlar::PublishReport report;
  CHECK_NOTHROW(report = failing.publish());
  CHECK(before == 6);
  CHECK(after == 6);
  CHECK(failing.worked.size() == 6);
  CHECK(report.failures().size() == 6);
  CHECK(failing.house.log().contains("pager is off"));
}

TEST_CASE("C2: a cancelled observer of handler_failed is not called") {
  Failing failing;
  int seen = 0;
  ashlar::Subscription subscription = failing.house.host().on_handler_failed([&](const HandlerFailure&) { ++seen; });
  subscription.cancel();
  failing.publish();
  CHECK(seen == 0);
}

TEST_CASE("C2: an observer that publishes an event whose handler fails again ends at the depth limit") {
  Failing failing;
  int observed = 0;
  const ashlar::Subscription subscription = failing.house.host().on_handler_failed([&](const HandlerFailure& failure) {
    if (failure.handler != "int") return;
    ++observed;
    failing.publish();
  });
  CHECK_NOTHROW(failing.publish());
  CHECK(observed == 64);
  observed = 0;
  failing.publish();
  CHECK(observed == 64);
}

TEST_CASE("C2: a report can be read after the host has stopped") {
  ashlar::PublishReport report;
  Failing failing;
  report = failing.publish();
  failing.house.host().stop();
  CHECK(report.failures().at(0).handler == "runtime_error");
  CHECK(report.outcomes().size() == 12);
}
