#include <ashlar/envelope.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <latch>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "error_of.hpp"
#include "support.hpp"

using support::Calls;
using support::emits;
using support::House;

namespace {

struct OrderPlaced {
  int number = 0;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, number)

struct OrderShipped {};
ASHLAR_EVENT(OrderShipped, "orders.order.shipped", 1)

// Registers a handler that notes its name.
void member(ashlar::EventRegistry& registry, Calls& calls, const std::string& name, const std::string& group,
            int priority = 0) {
  registry.on([&calls, name](const OrderPlaced&) { calls.push_back(name); },
              {.name = name, .priority = priority, .group = group});
}

Calls publish(House& house, Calls& calls, int times) {
  calls.clear();
  for (int i = 0; i < times; ++i) house.bus("orders").publish(OrderPlaced{i});
  return calls;
}

}  // namespace

TEST_CASE("B3: of the handlers that share a group exactly one receives each event, in turn") {
  Calls calls;
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers =
                          [&](auto& r) {
                            member(r, calls, "a", "senders");
                            member(r, calls, "b", "senders");
                            member(r, calls, "c", "senders");
                          }})
      .start();
  CHECK(publish(house, calls, 7) == Calls{"a", "b", "c", "a", "b", "c", "a"});
}

TEST_CASE("B3: a group spans modules, and a group of one receives everything") {
  Calls calls;
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers =
                          [&](auto& r) {
                            member(r, calls, "mails", "workers");
                            member(r, calls, "lonely", "one");
                          }})
      .with("search", {.handlers = [&](auto& r) { member(r, calls, "search", "workers"); }})
      .start();
  const Calls seen = publish(house, calls, 4);
  std::map<std::string, int> count;
  for (const std::string& name : seen) ++count[name];
  CHECK(count == std::map<std::string, int>{{"lonely", 4}, {"mails", 2}, {"search", 2}});
}

TEST_CASE("B3: without a group every handler receives every event, also two handlers of one module") {
  Calls calls;
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers =
                          [&](auto& r) {
                            member(r, calls, "first", "");
                            member(r, calls, "second", "");
                            member(r, calls, "x", "group");
                            member(r, calls, "y", "group");
                          }})
      .start();
  CHECK(publish(house, calls, 2) == Calls{"first", "second", "x", "first", "second", "y"});
}

TEST_CASE("B3: several groups take their turns independently, and the report names who received") {
  Calls calls;
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers =
                          [&](auto& r) {
                            member(r, calls, "a1", "a");
                            member(r, calls, "b1", "b");
                            member(r, calls, "single", "");
                            member(r, calls, "a2", "a");
                            member(r, calls, "b2", "b");
                            member(r, calls, "b3", "b");
                          }})
      .start();
  std::vector<std::array<std::string, 2>> turns;
  for (int i = 0; i < 6; ++i) {
    calls.clear();
    const auto report = house.bus("orders").publish(OrderPlaced{i});
    CHECK(report.handlers() == 3);
    CHECK(report.to_string() == "3 handlers");
    Calls reported;
    for (const auto& outcome : report.outcomes()) reported.push_back(outcome.handler);
    CHECK(reported == calls);
    REQUIRE(calls.size() == 3);
    CHECK(calls[2] == "single");
    turns.push_back({calls[0], calls[1]});
  }
  CHECK(turns == std::vector<std::array<std::string, 2>>{
                     {"a1", "b1"}, {"a2", "b2"}, {"a1", "b3"}, {"a2", "b1"}, {"a1", "b2"}, {"a2", "b3"}});
}

TEST_CASE("B3: handlers by type, by name and by pattern share a group") {
  Calls calls;
  House house;
  const auto by_name = [&](const std::string& name) {
    return [&calls, name](const ashlar::Envelope&) { calls.push_back(name); };
  };
  house.with("orders", {.declare = emits<OrderPlaced, OrderShipped>()})
      .with("mails", {.handlers =
                          [&](auto& r) {
                            member(r, calls, "type", "g");
                            r.on("orders.order.placed", by_name("name"), {.name = "name", .group = "g"});
                            r.on("orders.#", by_name("pattern"), {.name = "pattern", .group = "g"});
                          }})
      .start();
  CHECK(publish(house, calls, 4) == Calls{"type", "name", "pattern", "type"});
  calls.clear();
  house.bus("orders").publish(OrderShipped{});
  house.bus("orders").publish(OrderShipped{});
  CHECK(calls == Calls{"pattern", "pattern"});
}

TEST_CASE("B3: a member that fails has had its turn, and the failure names it") {
  House house;
  int worked = 0;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers =
                          [&](auto& r) {
                            r.on([&](const OrderPlaced&) { ++worked; }, {.name = "fine", .group = "g"});
                            r.on([](const OrderPlaced&) { throw std::runtime_error("no"); },
                                 {.name = "bad", .group = "g"});
                          }})
      .start();
  CHECK(house.bus("orders").publish(OrderPlaced{}).ok());
  const auto failed = house.bus("orders").publish(OrderPlaced{});
  REQUIRE(failed.failures().size() == 1);
  CHECK(failed.failures()[0].handler == "bad");
  REQUIRE(failed.outcomes().size() == 1);
  CHECK(failed.outcomes()[0].handler == "bad");
  CHECK(failed.outcomes()[0].failed);
  CHECK(house.bus("orders").publish(OrderPlaced{}).ok());
  CHECK(worked == 2);

  const auto handlers = house.host().describe().events.at(0).handlers;
  REQUIRE(handlers.size() == 2);
  CHECK(handlers[0].name == "fine");
  CHECK(handlers[0].group == "g");
  CHECK(handlers[0].statistics.calls == 2);
  CHECK(handlers[0].statistics.failures == 0);
  CHECK(handlers[1].statistics.calls == 1);
  CHECK(handlers[1].statistics.failures == 1);
}

TEST_CASE("B3: an event published inside a member goes to the next member") {
  Calls calls;
  House house;
  const auto nesting = [&](const std::string& name) {
    return [&, name](const OrderPlaced& e) {
      calls.push_back(name);
      if (e.number > 0) house.bus("orders").publish(OrderPlaced{e.number - 1});
    };
  };
  house
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers =
                           [&](auto& r) {
                             r.on(nesting("a"), {.name = "a", .group = "g"});
                             r.on(nesting("b"), {.name = "b", .group = "g"});
                           }})
      .start();
  const auto report = house.bus("orders").publish(OrderPlaced{3});
  CHECK(calls == Calls{"a", "b", "a", "b"});
  CHECK(report.outcomes().at(0).handler == "a");
}

TEST_CASE("B3: from many threads at once each event goes to exactly one member, and each member gets its share") {
  constexpr int threads = 8;
  constexpr int publishes = 1'000;
  std::array<std::atomic<int>, 4> received{};
  std::vector<std::atomic<int>> by_event(threads * publishes);
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers =
                          [&](auto& r) {
                            for (std::size_t i = 0; i < received.size(); ++i) {
                              r.on(
                                  [&, i](const OrderPlaced& e) {
                                    ++received[i];
                                    ++by_event[static_cast<std::size_t>(e.number)];
                                  },
                                  {.name = std::to_string(i), .group = "g"});
                            }
                          }})
      .start();
  std::latch all_here(threads);
  std::vector<std::thread> publishers;
  for (int t = 0; t < threads; ++t) {
    publishers.emplace_back([&, t] {
      all_here.arrive_and_wait();
      for (int i = 0; i < publishes; ++i) house.bus("orders").publish(OrderPlaced{t * publishes + i});
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  for (const auto& count : received) CHECK(count == threads * publishes / 4);
  int wrong = 0;
  for (const auto& count : by_event) wrong += count == 1 ? 0 : 1;
  CHECK(wrong == 0);
}

TEST_CASE("B3: a group of 128 is served to the last; more members, or more than eight groups, fail the start") {
  const auto start = [](House& house, std::size_t members, std::size_t groups, std::vector<int>& received) {
    received.assign(members * groups, 0);
    house.with("orders", {.declare = emits<OrderPlaced>(), .handlers = [&received, members, groups](auto& r) {
                            for (std::size_t i = 0; i < members * groups; ++i) {
                              r.on([&received, i](const OrderPlaced&) { ++received[i]; },
                                   {.name = "h" + std::to_string(i), .group = "group" + std::to_string(i % groups)});
                            }
                          }});
    house.start();
  };
  std::vector<int> received;
  House full;
  start(full, ashlar::max_queue_group_members, ashlar::max_queue_groups, received);
  std::string last;
  for (std::size_t i = 0; i < 2 * ashlar::max_queue_group_members; ++i) {
    last = full.bus("orders").publish(OrderPlaced{}).outcomes().at(7).handler;
  }
  CHECK(received == std::vector<int>(128 * 8, 2));
  CHECK(last == "h1023");

  House crowded;
  CHECK(error_of([&] { start(crowded, ashlar::max_queue_group_members + 1, 1, received); }).find("group0") !=
        std::string::npos);
  House many;
  CHECK(error_of([&] { start(many, 1, ashlar::max_queue_groups + 1, received); }).find("orders.order.placed") !=
        std::string::npos);
}
