#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "error_of.hpp"
#include "support.hpp"

using support::Calls;
using support::emits;
using support::House;

namespace {

struct OrderPlaced {
  int hops = 0;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, hops)

struct StockReserved {
  int hops = 0;
};
ASHLAR_EVENT(StockReserved, "stock.reserved", 1, hops)

// Orders and stock, which answer each other until `hops` is used up.
class PingPong {
 public:
  explicit PingPong(ashlar::HostOptions options = {}) : house(std::move(options)) {
    house
        .with("orders", {.declare = emits<OrderPlaced>(),
                         .handlers =
                             [this](auto& r) {
                               r.on([this](const StockReserved& e) {
                                 ++calls;
                                 if (e.hops > 0) answer("orders", OrderPlaced{e.hops - 1});
                               });
                             }})
        .with("stock", {.declare = emits<StockReserved>(), .handlers = [this](auto& r) {
                          r.on([this](const OrderPlaced& e) {
                            ++calls;
                            if (e.hops > 0) answer("stock", StockReserved{e.hops - 1});
                          });
                        }});
    house.start();
  }

  House house;
  int calls = 0;
  std::string refusal;  // why the deepest publish was refused

 private:
  template <class E>
  void answer(std::string_view module, const E& event) {
    try {
      house.bus(module).publish(event);
    } catch (const ashlar::DepthExceeded& exceeded) {
      refusal = exceeded.what();
      throw;
    }
  }
};

}  // namespace

TEST_CASE("C3: an event published inside a handler is handled first, with all its handlers, depth first") {
  Calls calls;
  House house;
  house
      .with("orders",
            {.declare = emits<OrderPlaced>(),
             .handlers = [&](auto& r) { r.on([&](const StockReserved&) { calls.push_back("reserved/orders"); }); }})
      .with("stock", {.declare = emits<StockReserved>(),
                      .handlers =
                          [&](auto& r) {
                            r.on(
                                [&](const OrderPlaced&) {
                                  calls.push_back("placed/stock begins");
                                  const auto report = house.bus("stock").publish(StockReserved{});
                                  CHECK(report.handlers() == 2);
                                  calls.push_back("placed/stock ends");
                                },
                                {.name = "reserve"});
                            r.on([&](const OrderPlaced&) { calls.push_back("placed/stock again"); }, {.name = "again"});
                          }})
      .with("watch", {.handlers = [&](auto& r) {
              r.on([&](const StockReserved&) { calls.push_back("reserved/watch"); });
              r.on([&](const OrderPlaced&) { calls.push_back("placed/watch"); });
            }});
  house.start();
  CHECK(house.bus("orders").publish(OrderPlaced{}).handlers() == 3);
  CHECK(calls == Calls{"placed/stock begins", "reserved/orders", "reserved/watch", "placed/stock ends",
                       "placed/stock again", "placed/watch"});
}

TEST_CASE("C3: events may nest 64 deep; one deeper fails, and the one in whose handler it failed says so") {
  PingPong fits;
  CHECK(fits.house.bus("orders").publish(OrderPlaced{63}).ok());
  CHECK(fits.calls == 64);
  CHECK(fits.refusal.empty());

  PingPong endless;
  CHECK(endless.house.bus("orders").publish(OrderPlaced{1'000}).ok());  // its own handler did not fail
  CHECK(endless.calls == 64);
  CHECK(endless.refusal.find("64") != std::string::npos);
  CHECK(endless.house.log().contains("orders.order.placed -> stock.reserved -> orders.order.placed -> "));
}

TEST_CASE("C3: the depth limit is configurable, and its error holds the whole chain of names") {
  PingPong shallow({.max_depth = 4});
  CHECK(shallow.house.bus("orders").publish(OrderPlaced{3}).ok());
  CHECK(shallow.refusal.empty());
  shallow.house.bus("orders").publish(OrderPlaced{4});
  CHECK(shallow.refusal.find("orders.order.placed -> stock.reserved -> orders.order.placed -> stock.reserved -> "
                             "orders.order.placed") != std::string::npos);

  PingPong single({.max_depth = 1});
  single.house.bus("orders").publish(OrderPlaced{1});
  CHECK(single.calls == 1);
  CHECK(single.refusal.find("orders.order.placed -> stock.reserved") != std::string::npos);
}

TEST_CASE("C3: after the depth limit was met, publishing works as before") {
  PingPong pong;
  for (int round = 0; round < 3; ++round) {
    pong.calls = 0;
    pong.house.bus("orders").publish(OrderPlaced{1'000});
    CHECK(pong.calls == 64);
  }
  pong.calls = 0;
  CHECK(pong.house.bus("orders").publish(OrderPlaced{63}).ok());
  CHECK(pong.calls == 64);
}

TEST_CASE("C3: a handler that fails inside leaves the depth as it was") {
  House house;
  int calls = 0;
  house
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers =
                           [&](auto& r) {
                             r.on([&](const OrderPlaced& e) {
                               ++calls;
                               if (e.hops == 0) throw 1;
                               house.bus("orders").publish(OrderPlaced{e.hops - 1});
                             });
                           }})
      .start();
  for (int round = 0; round < 100; ++round) house.bus("orders").publish(OrderPlaced{5});
  CHECK(calls == 600);
}

TEST_CASE("C3: the depth counts what nests, not what other threads publish") {
  House house({.max_depth = 1});
  int calls = 0;
  house
      .with("orders",
            {.declare = emits<OrderPlaced>(),
             .handlers =
                 [&](auto& r) {
                   r.on([&](const OrderPlaced& e) {
                     ++calls;
                     if (e.hops == 0) return;
                     std::thread([&] { CHECK_NOTHROW(house.bus("orders").publish(OrderPlaced{e.hops - 1})); }).join();
                   });
                 }})
      .start();
  CHECK(house.bus("orders").publish(OrderPlaced{3}).ok());
  CHECK(calls == 4);
}

TEST_CASE("C3: an event of one host that is published inside a handler of another goes to its own handlers") {
  Calls calls;
  House inner;
  inner.with("stock", {.declare = emits<StockReserved>(),
                       .handlers = [&](auto& r) { r.on([&](const StockReserved&) { calls.push_back("inner"); }); }});
  inner.start();
  House outer({.max_depth = 1});
  outer.with("orders", {.declare = emits<OrderPlaced>(), .handlers = [&](auto& r) {
                          r.on([&](const OrderPlaced&) {
                            calls.push_back("outer begins");
                            inner.bus("stock").publish(StockReserved{});
                            calls.push_back("outer ends");
                          });
                        }});
  outer.start();
  CHECK(outer.bus("orders").publish(OrderPlaced{}).ok());
  CHECK(calls == Calls{"outer begins", "inner", "outer ends"});
}
