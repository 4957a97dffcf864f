#include <doctest/doctest.h>

#include <string>

#include "error_of.hpp"
#include "support.hpp"

using ashlar::PublishRefused;
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

struct StockReserved {
  std::string order_id;
};
ASHLAR_EVENT(StockReserved, "stock.stock.reserved", 1, order_id)

// Another type that has taken the same name.
struct CopyOfOrderPlaced {
  int number = 0;
};
ASHLAR_EVENT(CopyOfOrderPlaced, "orders.order.placed", 1, number)

// The text of the refusal, or that there was none of this type.
template <class Action>
std::string refusal_of(Action&& action) {
  try {
    action();
  } catch (const PublishRefused& refused) {
    return refused.what();
  } catch (...) {
    return "something else was thrown";
  }
  return "nothing was thrown";
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("C4: publishing what no module declared is refused, with the names of module and event") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()}).start();
  const std::string refusal = refusal_of([&] { house.bus("orders").publish(StockReserved{}); });
  CHECK(contains(refusal, "orders"));
  CHECK(contains(refusal, "stock.stock.reserved"));
  CHECK(contains(refusal_of([&] { house.bus("orders").publish_json("stock.stock.reserved", "{}"); }),
                 "stock.stock.reserved"));
}

TEST_CASE("C4: another version of a declared event is not declared by that") {
  House house;
  int calls = 0;
  house
      .with("orders",
            {.declare = emits<OrderPlaced>(), .handlers = [&](auto& r) { r.on([&](const OrderPlaced&) { ++calls; }); }})
      .start();
  CHECK(contains(refusal_of([&] { house.bus("orders").publish(OrderPlaced2{}); }), "orders.order.placed@2"));
  CHECK(contains(refusal_of([&] { house.bus("orders").publish_json("orders.order.placed@2", R"({"order_id": "1"})"); }),
                 "orders.order.placed@2"));
  CHECK(calls == 0);
}

TEST_CASE("C4: publishing another module's event is refused before any handler runs, and names its owner") {
  House house;
  int calls = 0;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("stock", {.declare = emits<StockReserved>(),
                      .handlers = [&](auto& r) { r.on([&](const StockReserved&) { ++calls; }); }})
      .start();
  for (const std::string& refusal : {refusal_of([&] { house.bus("orders").publish(StockReserved{}); }), refusal_of([&] {
                                       house.bus("orders").publish_json("stock.stock.reserved", R"({"order_id": "1"})");
                                     })}) {
    CHECK(contains(refusal, "'orders'"));
    CHECK(contains(refusal, "'stock'"));
    CHECK(contains(refusal, "stock.stock.reserved"));
  }
  CHECK(calls == 0);
  CHECK(house.bus("stock").publish(StockReserved{}).handlers() == 1);
}

TEST_CASE("C4: publishing another type under a declared name is refused, and the declared one is named") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()}).start();
  const std::string refusal = refusal_of([&] { house.bus("orders").publish(CopyOfOrderPlaced{}); });
  CHECK(contains(refusal, "'orders.order.placed'"));
  CHECK(contains(refusal, "::OrderPlaced"));
  CHECK_FALSE(contains(refusal, "takes no events"));
}

TEST_CASE("C4: each module's bus says whose it is") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()}).with("stock", {}).start();
  CHECK(house.bus("orders").module() == "orders");
  CHECK(house.bus("stock").module() == "stock");
  CHECK_THROWS_AS(house.bus("nobody"), ashlar::Error);
  CHECK(contains(error_of([&] { house.bus("nobody"); }), "nobody"));
}

TEST_CASE("C4: publishing before the host has started its handlers is refused") {
  House house;
  int calls = 0;
  std::string in_prepare;
  house.with("orders",
             {.declare = emits<OrderPlaced>(),
              .prepare = [&](auto& context) { in_prepare = refusal_of([&] { context.bus().publish(OrderPlaced{}); }); },
              .handlers = [&](auto& r) { r.on([&](const OrderPlaced&) { ++calls; }); }});
  house.host().assemble();
  const std::string assembled = refusal_of([&] { house.bus("orders").publish(OrderPlaced{}); });
  house.host().prepare();
  const std::string prepared = refusal_of([&] { house.bus("orders").publish(OrderPlaced{}); });
  for (const std::string& refusal : {in_prepare, assembled, prepared}) {
    CHECK(contains(refusal, "orders.order.placed"));
    CHECK(contains(refusal, "start"));
  }
  CHECK(calls == 0);
  house.start();
  CHECK(house.bus("orders").publish(OrderPlaced{}).handlers() == 1);
}

TEST_CASE("C4: publishing after the host has stopped is refused, and works again after the next start") {
  House house;
  int calls = 0;
  house
      .with("orders",
            {.declare = emits<OrderPlaced>(), .handlers = [&](auto& r) { r.on([&](const OrderPlaced&) { ++calls; }); }})
      .start();
  ashlar::EventBus& bus = house.bus("orders");
  bus.publish(OrderPlaced{});
  house.host().stop();
  const std::string refusal = refusal_of([&] { bus.publish(OrderPlaced{}); });
  CHECK(contains(refusal, "orders.order.placed"));
  CHECK(contains(refusal, "stop"));
  CHECK(contains(refusal_of([&] { bus.publish_json("orders.order.placed", R"({"order_id": "1"})"); }), "stop"));
  CHECK(calls == 1);
  house.start();
  CHECK(house.bus("orders").publish(OrderPlaced{}).handlers() == 1);
  CHECK(calls == 2);
}

TEST_CASE("C4: publishing inside a module's stop() is refused, since no handler runs any more") {
  House house;
  int calls = 0;
  std::string refusal;
  ashlar::EventBus* bus = nullptr;
  house
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers = [&](auto& r) { r.on([&](const OrderPlaced&) { ++calls; }); },
                       .start = [&](auto& context) { bus = &context.bus(); },
                       .stop = [&] { refusal = refusal_of([&] { bus->publish(OrderPlaced{}); }); }})
      .start();
  house.host().stop();
  CHECK(contains(refusal, "orders.order.placed"));
  CHECK(calls == 0);
}

TEST_CASE(
    "C4: publishing inside start() works: every registered handler receives it, also of modules not yet started") {
  Calls calls;
  const auto note = [&calls](const std::string& name) {
    return [&calls, name](ashlar::EventRegistry& r) {
      r.on([&calls, name](const OrderPlaced&) { calls.push_back(name); });
    };
  };
  House house;
  house.with("a", {.handlers = note("a"), .start = [&](auto&) { calls.push_back("a starts"); }})
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .start = [](auto& context) { CHECK(context.bus().publish(OrderPlaced{}).handlers() == 2); }})
      .with("z", {.handlers = note("z"), .start = [&](auto&) { calls.push_back("z starts"); }})
      .start();
  CHECK(calls == Calls{"a starts", "a", "z", "z starts"});
}

TEST_CASE("C4: a refused publish is no failure of handlers, and changes no counter") {
  House house;
  int failures = 0;
  const auto subscription = house.host().on_handler_failed([&](const auto&) { ++failures; });
  house.with("orders", {.declare = emits<OrderPlaced>(), .handlers = [](auto& r) { r.on([](const OrderPlaced&) {}); }})
      .with("stock", {})
      .start();
  CHECK_THROWS_AS(house.bus("stock").publish(OrderPlaced{}), PublishRefused);
  CHECK(failures == 0);
  CHECK(house.host().describe().events.at(0).handlers.at(0).statistics.calls == 0);
}
