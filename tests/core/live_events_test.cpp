#include <ashlar/envelope.hpp>

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "error_of.hpp"
#include "support.hpp"

using ashlar::Envelope;
using ashlar::EventContext;
using ashlar::LiveEvents;
using ashlar::Subscription;
using support::Calls;
using support::emits;
using support::House;

namespace {

struct OrderPlaced {
  int number = 0;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, number)

struct OrderPlaced2 {
  int number = 0;
};
ASHLAR_EVENT(OrderPlaced2, "orders.order.placed", 2, number)

struct OrderShipped {};
ASHLAR_EVENT(OrderShipped, "orders.order.shipped", 1)

// Another type that has taken the same name.
struct CopyOfOrderPlaced {
  std::string text;
};
ASHLAR_EVENT(CopyOfOrderPlaced, "orders.order.placed", 1, text)

// A host with one registered handler for OrderPlaced, which runs `registered`.
class Shop {
 public:
  explicit Shop(std::function<void(const OrderPlaced&)> registered = {}) {
    house
        .with("orders", {.declare = emits<OrderPlaced, OrderPlaced2, OrderShipped>(),
                         .handlers =
                             [this, registered](auto& r) {
                               r.on([this, registered](const OrderPlaced& e) {
                                 calls.push_back("registered");
                                 if (registered) registered(e);
                               });
                             }})
        .start();
  }

  ashlar::PublishReport publish(int number = 0) { return house.bus("orders").publish(OrderPlaced{number}); }
  Calls calls_of(int number = 0) {
    calls.clear();
    publish(number);
    return calls;
  }
  Subscription noting(const std::string& name) {
    return live.subscribe<OrderPlaced>([this, name](const OrderPlaced&) { calls.push_back(name); });
  }

  House house;
  LiveEvents& live = house.host().live_events();
  Calls calls;
};

}  // namespace

TEST_CASE("B4: live subscriptions are called after the registered handlers, in order of subscription") {
  Shop shop;
  const Subscription by_pattern =
      shop.live.subscribe("orders.#", [&](const Envelope&) { shop.calls.push_back("pattern"); });
  const Subscription by_type = shop.noting("type");
  const Subscription by_name =
      shop.live.subscribe("orders.order.placed", [&](const Envelope&) { shop.calls.push_back("name"); });
  const Subscription last = shop.noting("last");
  CHECK(shop.calls_of() == Calls{"registered", "pattern", "type", "name", "last"});
}

TEST_CASE("B4: a live subscription by type gets the very object and its context, by name the envelope") {
  Shop shop;
  const OrderPlaced placed{7};
  const OrderPlaced* object = nullptr;
  std::string id;
  std::string data;
  const Subscription typed = shop.live.subscribe<OrderPlaced>([&](const OrderPlaced& e, const EventContext& c) {
    object = &e;
    id = c.id().to_string();
  });
  const Subscription named = shop.live.subscribe("orders.order.placed", [&](const Envelope& e) {
    data = e.data();
    CHECK(e.id().to_string() == id);
    CHECK(e.source() == "orders");
  });
  shop.house.bus("orders").publish(placed);
  CHECK(object == &placed);
  CHECK(data == R"({"number":7})");
}

TEST_CASE("B4: a live subscription by name is for that version, by pattern for every version that matches") {
  Shop shop;
  Calls seen;
  std::vector<Subscription> subscriptions;
  for (const char* name : {"orders.order.placed", "orders.order.placed@2", "orders.*.placed", "#", "orders.nothing",
                           "orders.order.placed@3", "other.#"}) {
    subscriptions.push_back(shop.live.subscribe(name, [&seen, name](const Envelope&) { seen.push_back(name); }));
  }
  shop.publish();
  CHECK(seen == Calls{"orders.order.placed", "orders.*.placed", "#"});
  seen.clear();
  shop.house.bus("orders").publish(OrderPlaced2{});
  CHECK(seen == Calls{"orders.order.placed@2", "orders.*.placed", "#"});
  seen.clear();
  shop.house.bus("orders").publish(OrderShipped{});
  CHECK(seen == Calls{"#"});
}

TEST_CASE("B4: a live subscription to what cannot be a name or pattern is an error that shows it") {
  Shop shop;
  for (const std::string& wrong :
       std::vector<std::string>{"", "Orders.#", "orders.pla*", "orders..x", "orders.order.placed@0"}) {
    CAPTURE(wrong);
    const std::string error = error_of([&] { static_cast<void>(shop.live.subscribe(wrong, [](const Envelope&) {})); });
    CHECK(error.find("'" + wrong + "'") != error.npos);
  }
}

TEST_CASE("B4: a live subscription by another type than the declared one is an error, before the start and after it") {
  const auto subscribe = [](ashlar::ModuleHost& host) {
    return host.live_events().subscribe<CopyOfOrderPlaced>([](const CopyOfOrderPlaced& e) { CHECK(e.text.empty()); });
  };
  Shop shop;
  CHECK_THROWS_AS(static_cast<void>(subscribe(shop.house.host())), ashlar::DeclarationError);
  CHECK(shop.publish().ok());

  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()});
  const Subscription early = subscribe(house.host());
  const std::string error = error_of([&] { house.start(); });
  CHECK(error.find("orders.order.placed") != error.npos);
  CHECK(error.find("CopyOfOrderPlaced") != error.npos);
}

TEST_CASE(
    "B4: live subscriptions are isolated: one that fails is reported without a module, and keeps none from running") {
  Shop shop;
  int observed = 0;
  const Subscription observer = shop.house.host().on_handler_failed([&](const auto& failure) {
    CHECK(failure.module.empty());
    ++observed;
  });
  const std::array subscriptions{shop.noting("before"), shop.live.subscribe<OrderPlaced>([](const OrderPlaced&) {
                                   throw std::runtime_error("the screen is gone");
                                 }),
                                 shop.live.subscribe("#", [](const Envelope&) { throw 7; }), shop.noting("after")};
  const ashlar::PublishReport report = shop.publish();
  CHECK(shop.calls == Calls{"registered", "before", "after"});
  CHECK(report.handlers() == 1);  // live subscriptions are not counted
  CHECK_FALSE(report.ok());
  REQUIRE(report.failures().size() == 2);
  CHECK(report.failures()[0].message == "the screen is gone");
  CHECK(report.failures()[0].module.empty());
  CHECK(report.failures()[0].event == "orders.order.placed");
  CHECK_FALSE(report.failures()[0].event_id.empty());
  CHECK(report.to_string().starts_with(
      "1 handler, 2 failed: live subscription: the screen is gone; live subscription: "));
  CHECK(observed == 2);
  CHECK(shop.house.log().contains("the screen is gone"));
  REQUIRE(report.outcomes().size() == 1);
  CHECK_FALSE(report.outcomes()[0].failed);
}

TEST_CASE("B4: a cancelled or destroyed subscription is not called again") {
  Shop shop;
  Subscription cancelled = shop.noting("cancelled");
  {
    const Subscription destroyed = shop.noting("destroyed");
    CHECK(destroyed.active());
    CHECK(shop.calls_of() == Calls{"registered", "cancelled", "destroyed"});
  }
  CHECK(cancelled.active());
  cancelled.cancel();
  CHECK_FALSE(cancelled.active());
  cancelled.cancel();
  CHECK(shop.calls_of() == Calls{"registered"});
}

TEST_CASE("B4: a subscription moves with its token; assigning over one ends it") {
  Shop shop;
  Subscription empty;
  CHECK_FALSE(empty.active());
  empty.cancel();

  Subscription first = shop.noting("first");
  Subscription moved = std::move(first);
  CHECK(moved.active());
  CHECK_FALSE(first.active());  // NOLINT: what is left of it is inactive
  first.cancel();
  CHECK(shop.calls_of() == Calls{"registered", "first"});
  moved = shop.noting("second");
  CHECK(shop.calls_of() == Calls{"registered", "second"});
  Subscription& same = moved;
  moved = std::move(same);
  CHECK(shop.calls_of() == Calls{"registered", "second"});
  moved = {};
  CHECK(shop.calls_of() == Calls{"registered"});
}

TEST_CASE("B4: what is added inside a registered handler takes effect with the next publish") {
  std::optional<Shop> shop;
  std::vector<Subscription> added;
  shop.emplace([&](const OrderPlaced& e) {
    if (e.number == 1) added.push_back(shop->noting("added"));
  });
  CHECK(shop->calls_of(1) == Calls{"registered"});
  CHECK(shop->calls_of() == Calls{"registered", "added"});
  CHECK(shop->calls_of(1) == Calls{"registered", "added"});
  CHECK(shop->calls_of() == Calls{"registered", "added", "added"});
}

TEST_CASE("B4: what is added inside a live subscription takes effect with the next publish") {
  Shop shop;
  std::vector<Subscription> added;
  const Subscription adding = shop.live.subscribe<OrderPlaced>([&](const OrderPlaced& e) {
    if (e.number == 1) added.push_back(shop.noting("added"));
  });
  CHECK(shop.calls_of(1) == Calls{"registered"});
  CHECK(shop.calls_of() == Calls{"registered", "added"});
}

TEST_CASE("B4: what is removed inside a handler is still called by this publish, and not by the next") {
  std::optional<Shop> shop;
  Subscription removed_by_handler;
  shop.emplace([&](const OrderPlaced& e) {
    if (e.number == 1) removed_by_handler.cancel();
  });
  removed_by_handler = shop->noting("removed by handler");
  Subscription removed_by_subscription;
  const Subscription removing = shop->live.subscribe<OrderPlaced>([&](const OrderPlaced& e) {
    if (e.number == 1) removed_by_subscription = {};
  });
  removed_by_subscription = shop->noting("removed by subscription");
  const Calls all{"registered", "removed by handler", "removed by subscription"};
  CHECK(shop->calls_of() == all);
  CHECK(shop->calls_of(1) == all);
  CHECK(shop->calls_of() == Calls{"registered"});
}

TEST_CASE("B4: a subscription may end itself inside its own call, and what it holds lives until the call is over") {
  Shop shop;
  const auto held = std::make_shared<std::string>("held");
  std::weak_ptr<std::string> watch = held;
  Subscription once;
  {
    once = shop.live.subscribe<OrderPlaced>([&shop, &once, kept = *&held](const OrderPlaced&) {
      once = {};
      shop.calls.push_back(*kept);
    });
  }
  CHECK(shop.calls_of() == Calls{"registered", "held"});
  CHECK(shop.calls_of() == Calls{"registered"});
  CHECK(watch.use_count() == 1);  // the handler is gone
}

TEST_CASE("B4: what a subscription holds is released when it ends, also inside a handler of another event") {
  std::optional<Shop> shop;
  Subscription shipped;
  const auto hold = [&](std::function<void()> action) {
    auto held = std::make_shared<int>(7);
    std::weak_ptr<int> watch = held;
    shipped = shop->live.subscribe<OrderShipped>([held = std::move(held), action](const OrderShipped&) { action(); });
    return watch;
  };
  shop.emplace([&](const OrderPlaced& e) {
    if (e.number == 1) shipped.cancel();
    if (e.number == 2) shop->house.bus("orders").publish(OrderShipped{});
  });

  std::weak_ptr<int> held = hold([] {});
  shop->publish(1);  // an event without live subscriptions
  CHECK(held.expired());

  held = hold([&] { shipped.cancel(); });
  shop->publish(2);  // ends inside its own call, two events deep
  CHECK(held.expired());

  held = hold([] {});
  shop->publish(2);
  CHECK_FALSE(held.expired());
}

TEST_CASE("B4: what a thread added or removed inside a handler holds for threads that come after its end") {
  std::optional<Shop> shop;
  Subscription added;
  Subscription removed;
  shop.emplace([&](const OrderPlaced& e) {
    if (e.number != 1) return;
    added = shop->live.subscribe<OrderShipped>([&](const OrderShipped&) { shop->calls.push_back("added"); });
    removed.cancel();
  });
  removed = shop->live.subscribe<OrderShipped>([&](const OrderShipped&) { shop->calls.push_back("removed"); });
  std::thread([&] { shop->publish(1); }).join();
  shop->calls.clear();
  std::thread([&] { shop->house.bus("orders").publish(OrderShipped{}); }).join();
  CHECK(shop->calls == Calls{"added"});
}

TEST_CASE("B4: a nested publish is the next one: what was added or removed before it counts") {
  std::optional<Shop> shop;
  Subscription added;
  Subscription removed;
  shop.emplace([&](const OrderPlaced& e) {
    if (e.number != 1) return;
    added = shop->noting("added");
    removed.cancel();
    shop->publish(2);
    shop->calls.push_back("nested is over");
  });
  removed = shop->noting("removed");
  CHECK(shop->calls_of(1) == Calls{"registered", "registered", "added", "nested is over", "removed"});
}

TEST_CASE("B4: subscriptions come before the start and stay through a restart") {
  House house;
  Calls calls;
  const Subscription typed =
      house.host().live_events().subscribe<OrderPlaced>([&](const OrderPlaced&) { calls.push_back("typed"); });
  const Subscription pattern =
      house.host().live_events().subscribe("#", [&](const Envelope&) { calls.push_back("pattern"); });
  house.with("orders", {.declare = emits<OrderPlaced>()}).start();
  house.bus("orders").publish(OrderPlaced{});
  CHECK(calls == Calls{"typed", "pattern"});
  house.host().stop();
  Subscription stopped =
      house.host().live_events().subscribe("#", [&](const Envelope&) { calls.push_back("stopped"); });
  house.start();
  calls.clear();
  house.bus("orders").publish(OrderPlaced{});
  CHECK(calls == Calls{"typed", "pattern", "stopped"});
}

TEST_CASE("B4: a module subscribes through its context, also inside start()") {
  House house;
  int calls = 0;
  Subscription kept;
  house
      .with("orders",
            {.declare = emits<OrderPlaced>(),
             .start =
                 [&](auto& context) {
                   kept = context.live_events().template subscribe<OrderPlaced>([&](const OrderPlaced&) { ++calls; });
                   context.bus().publish(OrderPlaced{});
                 }})
      .start();
  CHECK(calls == 1);
}

TEST_CASE("B4: a subscription may outlive the host") {
  std::optional<Shop> shop;
  shop.emplace();
  Subscription typed = shop->noting("typed");
  Subscription pattern = shop->live.subscribe("#", [](const Envelope&) {});
  Subscription failed = shop->house.host().on_handler_failed([](const auto&) {});
  Subscription state = shop->house.host().on_module_state([](const auto&) {});
  shop.reset();
  for (Subscription* subscription : {&typed, &pattern, &failed, &state}) {
    CHECK_FALSE(subscription->active());
    subscription->cancel();
  }
}

TEST_CASE("B4: a subscription with while_alive is called as long as that lives") {
  Shop shop;
  auto screen = std::make_shared<Calls>();
  const Subscription subscription = shop.live.subscribe(
      "orders.#", [drawn = screen.get()](const Envelope& e) { drawn->push_back(std::string(e.name())); }, screen);
  shop.publish();
  CHECK(*screen == Calls{"orders.order.placed"});
  screen.reset();
  CHECK(shop.publish().ok());
  CHECK_FALSE(subscription.active());
}

TEST_CASE("B4: while_alive is kept alive during the call, and what dies during a publish is not called any more") {
  Shop shop;
  auto screen = std::make_shared<Calls>();
  const std::weak_ptr<Calls> watch = screen;
  bool alive_inside = false;
  const Subscription first = shop.live.subscribe(
      "#",
      [&](const Envelope&) {
        screen.reset();
        alive_inside = !watch.expired();
      },
      screen);
  int second_calls = 0;
  const Subscription second = shop.live.subscribe(
      "#", [&](const Envelope&) { ++second_calls; }, screen);
  shop.publish();
  CHECK(alive_inside);
  CHECK(watch.expired());
  CHECK(second_calls == 0);
}

TEST_CASE("B4: a while_alive that is gone already is never called") {
  Shop shop;
  int calls = 0;
  const Subscription subscription = shop.live.subscribe(
      "#", [&](const Envelope&) { ++calls; }, std::weak_ptr<const void>{std::make_shared<int>(1)});
  shop.publish();
  CHECK(calls == 0);
}
