#include <ashlar/envelope.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "error_of.hpp"
#include "support.hpp"

using ashlar::Envelope;
using support::Calls;
using support::emits;
using support::House;

namespace {

struct Line {
  std::string sku;
  int quantity = 0;
};
ASHLAR_STRUCT(Line, sku, quantity)

struct OrderPlaced {
  std::string order_id;
  std::vector<Line> lines;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id, lines)

struct OrderPlaced2 {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced2, "orders.order.placed", 2, order_id)

struct Opened {};
ASHLAR_EVENT(Opened, "orders.opened", 1)

struct LineAdded {};
ASHLAR_EVENT(LineAdded, "orders.order.line.added", 1)

struct StockPlaced {};
ASHLAR_EVENT(StockPlaced, "stock.order.placed", 1)

struct Deep {};
ASHLAR_EVENT(Deep, "a.b.c.d.e.placed", 1)

// A module with all of these events, and one handler by name or pattern.
class Named {
 public:
  explicit Named(const std::string& name_or_pattern, ashlar::Presence presence = ashlar::Presence::required) {
    house.with("orders", {.declare = emits<OrderPlaced, OrderPlaced2, Opened, LineAdded, StockPlaced, Deep>()})
        .with("audit", {.handlers = [this, name_or_pattern, presence](auto& r) {
                r.on(name_or_pattern,
                     [this](const Envelope& e) {
                       seen.push_back(std::string(e.name()) + "@" + std::to_string(e.version()));
                     },
                     {.presence = presence});
              }});
    house.start();
  }

  // What the handler receives of one event of each type.
  Calls publish_all() {
    ashlar::EventBus& bus = house.bus("orders");
    bus.publish(OrderPlaced{});
    bus.publish(OrderPlaced2{});
    bus.publish(Opened{});
    bus.publish(LineAdded{});
    bus.publish(StockPlaced{});
    bus.publish(Deep{});
    return seen;
  }

  House house;
  Calls seen;
};

const Calls everything{"orders.order.placed@1",     "orders.order.placed@2", "orders.opened@1",
                       "orders.order.line.added@1", "stock.order.placed@1",  "a.b.c.d.e.placed@1"};

}  // namespace

TEST_CASE("B2: a handler by name receives version 1, by name@version that version") {
  CHECK(Named("orders.order.placed").publish_all() == Calls{"orders.order.placed@1"});
  CHECK(Named("orders.order.placed@1").publish_all() == Calls{"orders.order.placed@1"});
  CHECK(Named("orders.order.placed@2").publish_all() == Calls{"orders.order.placed@2"});
}

TEST_CASE("B2: * stands for exactly one segment") {
  CHECK(Named("orders.*").publish_all() == Calls{"orders.opened@1"});
  CHECK(Named("orders.order.*").publish_all() == Calls{"orders.order.placed@1", "orders.order.placed@2"});
  CHECK(Named("*.*").publish_all() == Calls{"orders.opened@1"});
  CHECK(Named("*.order.placed").publish_all() ==
        Calls{"orders.order.placed@1", "orders.order.placed@2", "stock.order.placed@1"});
  CHECK(Named("*.*.*.*.*.*").publish_all() == Calls{"a.b.c.d.e.placed@1"});
  CHECK(Named("orders.*.*.added").publish_all() == Calls{"orders.order.line.added@1"});
}

TEST_CASE("B2: # stands for any number of segments, also none") {
  CHECK(Named("#").publish_all() == everything);
  CHECK(Named("orders.#").publish_all() ==
        Calls{"orders.order.placed@1", "orders.order.placed@2", "orders.opened@1", "orders.order.line.added@1"});
  CHECK(Named("orders.opened.#").publish_all() == Calls{"orders.opened@1"});
  CHECK(Named("#.orders.opened").publish_all() == Calls{"orders.opened@1"});
  CHECK(Named("orders.#.opened").publish_all() == Calls{"orders.opened@1"});
  CHECK(Named("#.placed").publish_all() ==
        Calls{"orders.order.placed@1", "orders.order.placed@2", "stock.order.placed@1", "a.b.c.d.e.placed@1"});
  CHECK(Named("orders.#.added").publish_all() == Calls{"orders.order.line.added@1"});
  CHECK(Named("#.order.#").publish_all() ==
        Calls{"orders.order.placed@1", "orders.order.placed@2", "orders.order.line.added@1", "stock.order.placed@1"});
  CHECK(Named("#.#").publish_all() == everything);
  CHECK(Named("#.c.*.#.placed").publish_all() == Calls{"a.b.c.d.e.placed@1"});
}

TEST_CASE("B2: * and # can be mixed, and a segment is matched whole") {
  CHECK(Named("orders.*.#").publish_all() ==
        Calls{"orders.order.placed@1", "orders.order.placed@2", "orders.opened@1", "orders.order.line.added@1"});
  CHECK(Named("#.*").publish_all() == everything);
  CHECK(Named("*.#.*.added").publish_all() == Calls{"orders.order.line.added@1"});
  CHECK(Named("order.#", ashlar::Presence::optional).publish_all().empty());
  CHECK(Named("orders.open.*", ashlar::Presence::optional).publish_all().empty());
  CHECK(Named("#.place", ashlar::Presence::optional).publish_all().empty());
}

TEST_CASE("B2: a name or pattern that cannot be one is an error that shows it") {
  for (const std::string& wrong :
       std::vector<std::string>{"", ".", "orders.", ".placed", "orders..placed", "Orders.#", "orders.pla*", "orders.##",
                                "orders.order.placed@", "orders.order.placed@0", "orders.order.placed@-1",
                                "orders.order.placed@x", "orders.order.placed@99999999999999999999", "orders.#@2",
                                "orders", "orders.order.placed@1@1", "orders.order placed", "orders.order.placed@1 "}) {
    CAPTURE(wrong);
    std::string error;
    try {
      Named{wrong};
    } catch (...) {
      error = ashlar::current_exception_message();
    }
    CAPTURE(error);
    CHECK(error.find("'" + wrong + "'") != error.npos);
    CHECK(error.find("audit") != error.npos);
  }
}

TEST_CASE("a reference to an event has at most 200 characters and a version, and an error shows its beginning") {
  House house;
  house.with("orders", {.declare = support::emits<OrderPlaced>()}).start();
  const std::string longest = "orders.order." + std::string(187, 'p');
  CHECK(longest.size() == 200);
  const auto subscribe = [&](const std::string& to) {
    const ashlar::Subscription subscription = house.host().live_events().subscribe(to, [](const Envelope&) {});
  };
  CHECK_NOTHROW(subscribe(longest));
  const std::string much(1'000'000, 'p');
  const auto error_of_all = [&](const std::string& reference) {
    const std::string published = error_of([&] { house.bus("orders").publish_json(reference, "{}"); });
    CHECK(error_of([&] { subscribe(reference); }) == published);
    CHECK(published.size() < 300);
    return published;
  };
  CHECK(error_of_all(longest + "p").find("is no event name") != std::string::npos);
  CHECK(error_of_all("orders." + much).find("is no event name") != std::string::npos);
  CHECK(error_of_all("orders.order.placed@" + std::string(1'000'000, '0') + "1").find("a version from 1 up") !=
        std::string::npos);
  CHECK(error_of_all("#." + much).find("a pattern has 1 to 200 characters") != std::string::npos);
  CHECK(error_of_all("#." + std::string(150, 'P')).find("is neither a segment") != std::string::npos);
}

TEST_CASE("B2: a handler by name receives the envelope with the data as JSON, and needs no header of the emitter") {
  // What the handler's module wants of the event, in its own words.
  struct Order {
    static void read(const Envelope& envelope, std::string& id) {
      CHECK(envelope.name() == "orders.order.placed");
      CHECK(envelope.source() == "orders");
      CHECK(envelope.data() == R"({"order_id":"7","lines":[{"sku":"a","quantity":2}]})");
      id = envelope.id().to_string();
    }
  };
  std::string by_name;
  std::string by_type;
  const void* first_data = nullptr;
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("audit",
            {.handlers =
                 [&](auto& r) {
                   r.on("orders.order.placed", [&](const Envelope& e) {
                     Order::read(e, by_name);
                     first_data = e.data().data();
                   });
                   r.on("orders.#", [&](const Envelope& e) { CHECK(e.data().data() == first_data); });
                   r.on([&](const OrderPlaced&, const ashlar::EventContext& c) { by_type = c.id().to_string(); });
                 }})
      .start();
  CHECK(house.bus("orders").publish(OrderPlaced{"7", {{"a", 2}}}).to_string() == "3 handlers");
  CHECK_FALSE(by_name.empty());
  CHECK(by_name == by_type);
}

namespace {

struct OnlyTheId {
  std::string order_id;
};
ASHLAR_STRUCT(OnlyTheId, order_id)

struct Misread {
  int order_id = 0;
};
ASHLAR_STRUCT(Misread, order_id)

}  // namespace

TEST_CASE("B2: an envelope is read into a struct of the handler's own; what does not fit fails that handler alone") {
  std::string id;
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("audit", {.handlers =
                          [&](auto& r) {
                            r.on("orders.order.placed", [](const Envelope& e) { e.as<Misread>(); },
                                 {.name = "misread"});
                            r.on("orders.order.placed", [&](const Envelope& e) { id = e.as<OnlyTheId>().order_id; },
                                 {.name = "read"});
                          }})
      .start();
  const auto report = house.bus("orders").publish(OrderPlaced{"7", {{"a", 2}}});
  CHECK(id == "7");
  REQUIRE(report.failures().size() == 1);
  CHECK(report.failures()[0].handler == "misread");
  CHECK(report.failures()[0].message.find("/order_id") != std::string::npos);
}

TEST_CASE("B2: data that has no JSON form fails the handlers that ask for it, and no other") {
  int typed = 0;
  int untouched = 0;
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("audit", {.handlers =
                          [&](auto& r) {
                            r.on("#", [](const Envelope& e) { static_cast<void>(e.data()); }, {.name = "asks"});
                            r.on("#", [](const Envelope& e) { static_cast<void>(e.data()); }, {.name = "asks too"});
                            r.on("#", [&](const Envelope&) { ++untouched; }, {.name = "does not"});
                            r.on([&](const OrderPlaced&) { ++typed; });
                          }})
      .start();
  const auto report = house.bus("orders").publish(OrderPlaced{"\xff", {}});
  CHECK(report.failures().size() == 2);
  CHECK(typed == 1);
  CHECK(untouched == 1);
}

TEST_CASE("B2: an event that matches a handler's pattern in several ways is received once") {
  Named any("#.order.#.placed");
  any.house.bus("orders").publish(OrderPlaced{});
  CHECK(any.seen.size() == 1);
}

TEST_CASE("a handler without a name is called by what it is registered for") {
  House house;
  house
      .with("orders", {.declare = emits<OrderPlaced, OrderPlaced2>(),
                       .handlers =
                           [](auto& r) {
                             r.on([](const OrderPlaced&) {});
                             r.on([](const OrderPlaced2&) {});
                             r.on("orders.#", [](const Envelope&) {});
                           }})
      .start();
  Calls described;
  for (const auto& event : house.host().describe().events) {
    for (const auto& handler : event.handlers) {
      CHECK(handler.module == "orders");
      described.push_back(handler.name + " for " + handler.registered_for);
    }
  }
  CHECK(described == Calls{"orders.order.placed for orders.order.placed", "orders.# for orders.#",
                           "orders.order.placed@2 for orders.order.placed@2", "orders.# for orders.#"});
}
