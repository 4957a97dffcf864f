#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

using support::Calls;
using support::emits;
using support::House;

namespace {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct OrderShipped {
  std::string order_id;
};
ASHLAR_EVENT(OrderShipped, "orders.order.shipped", 1, order_id)

// Registers a handler that notes its name.
void note(ashlar::EventRegistry& registry, Calls& calls, const std::string& name, int priority = 0) {
  registry.on([&calls, name](const OrderPlaced&) { calls.push_back(name); }, {.name = name, .priority = priority});
}

}  // namespace

TEST_CASE("C1: handlers run on the publishing thread, and all of them have run when publish returns") {
  std::vector<std::thread::id> threads;
  const auto remember = [&](const OrderPlaced&) { threads.push_back(std::this_thread::get_id()); };
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers = [&](auto& r) { r.on(remember); }})
      .with("search", {.handlers = [&](auto& r) { r.on(remember); }})
      .start();

  CHECK(house.bus("orders").publish(OrderPlaced{"1"}).handlers() == 2);
  CHECK(threads == std::vector(2, std::this_thread::get_id()));

  threads.clear();
  std::thread::id other;
  std::thread publisher([&] {
    other = std::this_thread::get_id();
    house.bus("orders").publish(OrderPlaced{"2"});
    CHECK(threads == std::vector(2, other));
  });
  publisher.join();
  CHECK(other != std::this_thread::get_id());
}

TEST_CASE("C1: handlers run in order of priority, then of module start, then of registration") {
  Calls calls;
  House house;
  // Added in an order that decides nothing: `alpha` needs `zulu`, so zulu starts before it; `mike` stands between by name.
  house
      .with("mike", {.handlers =
                         [&](auto& r) {
                           note(r, calls, "mike late", -1);
                           note(r, calls, "mike");
                           note(r, calls, "mike first", 100);
                         }})
      .with("alpha", {.declare = [](auto& d) { d.needs_module("zulu"); },
                      .handlers =
                          [&](auto& r) {
                            note(r, calls, "alpha b");
                            note(r, calls, "alpha a");
                            note(r, calls, "alpha early", 7);
                          }})
      .with("zulu", {.handlers = [&](auto& r) { note(r, calls, "zulu"); }})
      .with("orders", {.declare = emits<OrderPlaced>()})
      .start();

  const auto modules = house.host().describe().modules;
  const auto place = [&](std::string_view name) {
    return std::find_if(modules.begin(), modules.end(), [&](const auto& module) { return module.name == name; });
  };
  CHECK(place("zulu") < place("alpha"));

  const ashlar::PublishReport report = house.bus("orders").publish(OrderPlaced{});
  const Calls expected{"mike first", "alpha early", "mike", "zulu", "alpha b", "alpha a", "mike late"};
  CHECK(calls == expected);

  Calls reported;
  for (const ashlar::HandlerOutcome& outcome : report.outcomes()) reported.push_back(outcome.handler);
  CHECK(reported == expected);

  Calls described;
  const auto description = house.host().describe();
  for (const auto& handler : description.events.at(0).handlers) described.push_back(handler.name);
  CHECK(described == expected);
}

TEST_CASE("C1: the order is the same in every run") {
  const auto order_of = [](std::vector<std::string> modules) {
    Calls calls;
    House house;
    for (const std::string& module : modules) {
      house.with(module, {.declare = module == "orders" ? emits<OrderPlaced>() : emits<>(),
                          .handlers = [&calls, module](auto& r) { note(r, calls, module); }});
    }
    house.start().bus("orders").publish(OrderPlaced{});
    return calls;
  };
  const Calls order = order_of({"a", "b", "c", "orders"});
  CHECK(order == Calls{"a", "b", "c", "orders"});
  CHECK(order_of({"orders", "c", "b", "a"}) == order);
  CHECK(order_of({"b", "orders", "a", "c"}) == order);
}

TEST_CASE("a handler gets the very object that was published") {
  const OrderPlaced* seen = nullptr;
  const OrderPlaced placed{"7"};
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers = [&](auto& r) { r.on([&](const OrderPlaced& e) { seen = &e; }); }})
      .start();
  house.bus("orders").publish(placed);
  CHECK(seen == &placed);
}

TEST_CASE("only handlers of the published event are called") {
  Calls calls;
  House house;
  house.with("orders", {.declare = emits<OrderPlaced, OrderShipped>()})
      .with("mails", {.handlers =
                          [&](auto& r) {
                            r.on([&](const OrderPlaced& e) { calls.push_back("placed " + e.order_id); });
                            r.on([&](const OrderShipped& e) { calls.push_back("shipped " + e.order_id); });
                          }})
      .start();
  CHECK(house.bus("orders").publish(OrderShipped{"8"}).handlers() == 1);
  CHECK(house.bus("orders").publish(OrderPlaced{"9"}).handlers() == 1);
  CHECK(calls == Calls{"shipped 8", "placed 9"});
}

TEST_CASE("a handler may be a function, a function object and a lambda that changes itself") {
  struct Counter {
    int* sum;
    void operator()(const OrderPlaced&) { *sum += 10; }
  };
  static int plain = 0;
  plain = 0;
  int object = 0;
  int last = 0;
  House house;
  house
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers =
                           [&](auto& r) {
                             void (*function)(const OrderPlaced&) = [](const OrderPlaced&) { ++plain; };
                             r.on(function, {.name = "function"});
                             r.on(Counter{&object}, {.name = "object"});
                             r.on([&last, own = 0](const OrderPlaced&) mutable { last = ++own; }, {.name = "lambda"});
                             r.on([](OrderPlaced) { ++plain; }, {.name = "by value"});
                           }})
      .start();
  house.bus("orders").publish(OrderPlaced{});
  CHECK(house.bus("orders").publish(OrderPlaced{}).handlers() == 4);
  CHECK(plain == 4);
  CHECK(object == 20);
  CHECK(last == 2);
}

TEST_CASE("two hosts in one process share nothing") {
  Calls calls;
  const auto open = [&calls](House& house, const std::string& name) {
    house
        .with("orders",
              {.declare = emits<OrderPlaced>(), .handlers = [&calls, name](auto& r) { note(r, calls, name); }})
        .start();
  };
  House first;
  House second;
  open(first, "first");
  open(second, "second");
  first.bus("orders").publish(OrderPlaced{});
  second.bus("orders").publish(OrderPlaced{});
  first.host().stop();
  second.bus("orders").publish(OrderPlaced{});
  CHECK(calls == Calls{"first", "second", "second"});
}
