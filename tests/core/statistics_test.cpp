#include <doctest/doctest.h>

#include <chrono>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "host_support.hpp"
#include "support.hpp"

using ashlar::HandlerStatistics;
using support::emits;
using support::House;
using namespace std::chrono_literals;

namespace {

struct OrderPlaced {
  int number = 0;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, number)

struct OrderShipped {};
ASHLAR_EVENT(OrderShipped, "orders.order.shipped", 1)

constexpr int publishes_per_sample = 1'024;

HandlerStatistics statistics_of(House& house, const std::string& name) {
  for (const auto& event : house.host().describe().events) {
    for (const auto& handler : event.handlers) {
      if (handler.name == name) return handler.statistics;
    }
  }
  throw std::runtime_error("no handler " + name);
}

// A house with one handler that takes as long as it is told, by the virtual clock.
class SlowHandler {
 public:
  explicit SlowHandler(ashlar::HandlerOptions options = {.name = "index"}) {
    house.with("orders", {.declare = emits<OrderPlaced>()})
        .with("search", {.handlers = [this, options](auto& r) {
                r.on([this](const OrderPlaced&) { house.clock().advance(takes); }, options);
              }});
    house.start();
  }

  // The next call that is timed takes this long; those before it take no time.
  void timed_call(std::chrono::milliseconds time) {
    takes = 0ms;
    while (published % publishes_per_sample != 0) publish();
    takes = time;
    publish();
  }

  std::size_t warnings() const {
    std::size_t count = 0;
    for (const auto& line : house.log().lines()) count += line.level == ashlar::LogLevel::warning ? 1 : 0;
    return count;
  }

  House house;

 private:
  void publish() {
    house.bus("orders").publish(OrderPlaced{});
    ++published;
  }

  std::chrono::milliseconds takes{0};
  int published = 0;
};

// Lets the host's watch look once.
void let_watch_look(ashlar::testing::VirtualClock& clock) {
  const auto ready = [&] {
    const auto waiting = clock.waiting();
    return waiting.size() == 1 && waiting[0] == std::optional<ashlar::Clock::Steady::duration>(250ms);
  };
  REQUIRE(comes_true(ready));
  clock.advance(250ms);
  REQUIRE(comes_true(ready));
}

}  // namespace

TEST_CASE("C6: describe tells the calls and failures of each handler exactly") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced, OrderShipped>()})
      .with("search", {.handlers =
                           [](auto& r) {
                             r.on([](const OrderPlaced&) {}, {.name = "all"});
                             r.on(
                                 [](const OrderPlaced& e) {
                                   if (e.number % 3 == 0) throw 1;
                                 },
                                 {.name = "thirds"});
                             r.on("#", [](const ashlar::Envelope&) {}, {.name = "pattern"});
                             r.on([](const OrderShipped&) {}, {.name = "never"});
                           }})
      .start();
  for (int i = 0; i < 3'000; ++i) house.bus("orders").publish(OrderPlaced{i});
  CHECK(statistics_of(house, "all").calls == 3'000);
  CHECK(statistics_of(house, "all").failures == 0);
  CHECK(statistics_of(house, "thirds").calls == 3'000);
  CHECK(statistics_of(house, "thirds").failures == 1'000);
  CHECK(statistics_of(house, "pattern").calls == 3'000);
  CHECK(statistics_of(house, "never").calls == 0);
}

TEST_CASE("C6: the counts of all threads come together, also of those that have ended") {
  constexpr std::size_t threads = 8;
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("search", {.handlers =
                           [](auto& r) {
                             r.on(
                                 [](const OrderPlaced& e) {
                                   if (e.number == 0) throw 1;
                                 },
                                 {.name = "index"});
                           }})
      .start();
  for (int round = 0; round < 3; ++round) {
    std::latch all_here(threads);
    std::vector<std::thread> publishers;
    for (std::size_t t = 0; t < threads; ++t) {
      publishers.emplace_back([&] {
        all_here.arrive_and_wait();
        for (int i = 0; i < 100; ++i) house.bus("orders").publish(OrderPlaced{i});
      });
    }
    for (std::thread& publisher : publishers) publisher.join();
  }
  CHECK(statistics_of(house, "index").calls == 3 * threads * 100);
  CHECK(statistics_of(house, "index").failures == 3 * threads);
}

TEST_CASE("C6: one publish in 1,024 is timed, the first among them") {
  SlowHandler slow;
  slow.timed_call(20ms);
  HandlerStatistics statistics = statistics_of(slow.house, "index");
  CHECK(statistics.sampled == 1);
  CHECK(statistics.sampled_time == 20ms);
  CHECK(statistics.slowest == 20ms);

  slow.timed_call(5ms);
  slow.timed_call(30ms);
  statistics = statistics_of(slow.house, "index");
  CHECK(statistics.calls == 2 * publishes_per_sample + 1);
  CHECK(statistics.sampled == 3);
  CHECK(statistics.sampled_time == 55ms);
  CHECK(statistics.slowest == 30ms);
}

TEST_CASE("C6: each handler is timed by itself") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("search", {.handlers =
                           [&](auto& r) {
                             r.on([&](const OrderPlaced&) { house.clock().advance(10ms); }, {.name = "ten"});
                             r.on(
                                 [&](const OrderPlaced&) {
                                   house.clock().advance(3ms);
                                   throw 1;
                                 },
                                 {.name = "three"});
                             r.on([&](const OrderPlaced&) { house.clock().advance(7ms); },
                                  {.name = "seven", .group = "g"});
                           }})
      .start();
  house.bus("orders").publish(OrderPlaced{});
  CHECK(statistics_of(house, "ten").sampled_time == 10ms);
  CHECK(statistics_of(house, "three").sampled_time == 3ms);
  CHECK(statistics_of(house, "seven").sampled_time == 7ms);
}

TEST_CASE("C6: a handler slower than its threshold is named in a warning, with the time it took") {
  SlowHandler slow;
  slow.timed_call(1'000ms);
  CHECK(slow.warnings() == 0);  // not longer than the threshold
  slow.timed_call(1'001ms);
  REQUIRE(slow.warnings() == 1);
  const auto lines = slow.house.log().lines();
  const std::string warning = lines.back().to_string();
  CHECK(warning.find("search") != std::string::npos);
  CHECK(warning.find("index") != std::string::npos);
  CHECK(warning.find("1001") != std::string::npos);
}

TEST_CASE("C6: a slow handler is named at most once a minute") {
  SlowHandler slow;
  slow.timed_call(2s);
  slow.timed_call(2s);
  slow.house.clock().advance(55s);
  slow.timed_call(2s);  // 59 s after the warning
  CHECK(slow.warnings() == 1);
  slow.house.clock().advance(1s);
  slow.timed_call(2s);
  CHECK(slow.warnings() == 2);
}

TEST_CASE("C6: the threshold is the handler's own") {
  SlowHandler patient({.name = "index", .slow_after = 1h});
  patient.timed_call(59min);
  CHECK(patient.warnings() == 0);
  SlowHandler impatient({.name = "index", .slow_after = 1ms});
  impatient.timed_call(2ms);
  CHECK(impatient.warnings() == 1);
}

TEST_CASE("C6: a handler that does not come back is named while it still runs, once a minute") {
  House house;
  Gate entered;
  Gate leave;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("search", {.handlers =
                           [&](auto& r) {
                             r.on(
                                 [&](const OrderPlaced& e) {
                                   if (e.number == 0) return;
                                   entered.open();
                                   leave.pass();
                                 },
                                 {.name = "index"});
                           }})
      .start();
  house.bus("orders").publish(OrderPlaced{0});  // the one that is timed
  std::thread publisher([&] { house.bus("orders").publish(OrderPlaced{1}); });
  const OpenAtExit open(leave);
  entered.pass();
  const auto warnings = [&] {
    std::size_t count = 0;
    for (const auto& line : house.log().lines()) count += line.level == ashlar::LogLevel::warning ? 1 : 0;
    return count;
  };
  for (int i = 0; i < 5; ++i) let_watch_look(house.clock());  // it was seen one second ago
  CHECK(warnings() == 0);
  let_watch_look(house.clock());
  CHECK(warnings() == 1);
  CHECK(house.log().contains("index"));
  for (int i = 0; i < 4 * 59; ++i) let_watch_look(house.clock());
  CHECK(warnings() == 1);
  for (int i = 0; i < 4 + 1; ++i) let_watch_look(house.clock());
  CHECK(warnings() == 2);
  leave.open();
  publisher.join();
}

TEST_CASE("C6: many quick calls are not taken for a slow one by the watch") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("search", {.handlers =
                           [&](auto& r) {
                             r.on([&](const OrderPlaced&) { let_watch_look(house.clock()); },
                                  {.name = "index", .slow_after = 300ms});
                           }})
      .start();
  for (int i = 0; i < 20; ++i) house.bus("orders").publish(OrderPlaced{});
  for (const auto& line : house.log().lines()) CHECK(line.level != ashlar::LogLevel::warning);
}

TEST_CASE("C6: all counters of a handler begin anew when the host starts again") {
  House house;
  const auto group_member = [](const OrderPlaced&) { throw 1; };
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("search", {.handlers =
                           [&](auto& r) {
                             r.on([](const OrderPlaced&) { throw 1; }, {.name = "single"});
                             r.on(group_member, {.name = "member", .group = "g"});
                           }})
      .start();
  house.bus("orders").publish(OrderPlaced{});
  house.bus("orders").publish(OrderPlaced{});
  house.host().stop();
  house.start();
  house.bus("orders").publish(OrderPlaced{});
  for (const char* name : {"single", "member"}) {
    CAPTURE(name);
    const HandlerStatistics statistics = statistics_of(house, name);
    CHECK(statistics.calls == 1);
    CHECK(statistics.failures == 1);
    CHECK(statistics.sampled == 1);
  }
}
