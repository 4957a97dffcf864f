#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "error_of.hpp"
#include "support.hpp"

using ashlar::EventInfo;
using ashlar::EventRegistry;
using support::Calls;
using support::emits;
using support::House;

namespace shop {
namespace {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct OrderPlaced2 {
  std::string order_id;
  std::optional<std::string> note;
};
ASHLAR_EVENT(OrderPlaced2, "orders.order.placed", 2, order_id, note)

struct OrderShipped {
  std::string order_id;
};
ASHLAR_EVENT(OrderShipped, "orders.order.shipped", 1, order_id)

struct SecondPlaced {
  int other = 0;
};
ASHLAR_EVENT(SecondPlaced, "orders.order.placed", 1, other)

struct StockReserved {
  std::string sku;
};
ASHLAR_EVENT(StockReserved, "stock.stock.reserved", 1, sku)

}  // namespace
}  // namespace shop

using namespace shop;

namespace {

std::vector<std::string> names(const std::vector<EventInfo>& events) {
  std::vector<std::string> names;
  for (const EventInfo& event : events) names.push_back(event.name + "@" + std::to_string(event.version));
  return names;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("A2: one type declared by two modules fails the start and names both modules") {
  House house;
  bool started = false;
  house.with("orders", {.declare = emits<OrderPlaced>(), .start = [&](auto&) { started = true; }})
      .with("sales", {.declare = emits<OrderShipped, OrderPlaced>(), .start = [&](auto&) { started = true; }});
  const std::string error = error_of([&] { house.start(); });
  CHECK(contains(error, "orders.order.placed"));
  CHECK(contains(error, "'orders'"));
  CHECK(contains(error, "'sales'"));
  CHECK_FALSE(started);
  CHECK_FALSE(house.host().running());
}

TEST_CASE("A2: two types of one name and version, declared by two modules, fail the start and name both modules") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()}).with("sales", {.declare = emits<SecondPlaced>()});
  CHECK_THROWS_AS(house.host().assemble(), ashlar::DeclarationError);
  House again;
  again.with("orders", {.declare = emits<OrderPlaced>()}).with("sales", {.declare = emits<SecondPlaced>()});
  const std::string error = error_of([&] { again.start(); });
  CHECK(contains(error, "orders.order.placed"));
  CHECK(contains(error, "'orders'"));
  CHECK(contains(error, "'sales'"));
}

TEST_CASE("A2: a module that declares an event twice is told so") {
  for (const auto& declare : {emits<OrderPlaced, OrderPlaced>(), emits<OrderPlaced, SecondPlaced>()}) {
    House house;
    house.with("orders", {.declare = declare});
    const std::string error = error_of([&] { house.start(); });
    CHECK(contains(error, "orders.order.placed"));
    CHECK(contains(error, "'orders'"));
    CHECK(contains(error, "twice"));
  }
}

TEST_CASE("A2: two versions of one name are two events, also in two modules") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()}).with("sales", {.declare = emits<OrderPlaced2>()}).start();
  CHECK(house.host().registry().find("orders.order.placed", 1)->module == "orders");
  CHECK(house.host().registry().find("orders.order.placed", 2)->module == "sales");
}

TEST_CASE("A7: a handler for an event that nobody declares fails the start and names handler, module and event") {
  const auto error_with = [](std::function<void(EventRegistry&)> handlers) {
    House house;
    bool started = false;
    house.with("orders", {.declare = emits<OrderPlaced, OrderShipped>()})
        .with("mails", {.handlers = std::move(handlers), .start = [&](auto&) { started = true; }});
    const std::string error = error_of([&] { house.start(); });
    CHECK_FALSE(started);
    CHECK(contains(error, "mails"));
    return error;
  };
  CHECK(contains(error_with([](auto& r) { r.on([](const StockReserved&) {}, {.name = "reserve"}); }),
                 "stock.stock.reserved"));
  CHECK(contains(error_with([](auto& r) { r.on("stock.stock.reserved", [](const ashlar::Envelope&) {}); }),
                 "stock.stock.reserved"));
  CHECK(contains(error_with([](auto& r) { r.on("orders.order.placed@3", [](const ashlar::Envelope&) {}); }),
                 "orders.order.placed@3"));
  CHECK(contains(error_with([](auto& r) { r.on([](const OrderPlaced2&) {}); }), "orders.order.placed@2"));
}

TEST_CASE("A7: a handler whose type is another one than the declared fails the start and names both types") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()}).with("mails", {.handlers = [](auto& r) {
                                                                 r.on([](const SecondPlaced&) {});
                                                               }});
  const std::string error = error_of([&] { house.start(); });
  CHECK(contains(error, "'mails'"));
  CHECK(contains(error, "SecondPlaced"));
  CHECK(contains(error, "::OrderPlaced"));
}

TEST_CASE("A7: a misspelt event name is answered with the name that was probably meant") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced, OrderShipped>()}).with("mails", {.handlers = [](auto& r) {
                                                                               r.on("orders.order.shiped",
                                                                                    [](const ashlar::Envelope&) {});
                                                                             }});
  CHECK(contains(error_of([&] { house.start(); }), "orders.order.shipped"));
}

TEST_CASE("A7: an optional handler for an event that nobody declares is no error, and is called where somebody does") {
  int calls = 0;
  const auto start = [&](House& house) {
    house.with("mails", {.handlers = [&](auto& r) {
                 const auto presence = ashlar::Presence::optional;
                 r.on([&](const OrderPlaced&) { ++calls; }, {.name = "typed", .presence = presence});
                 r.on("orders.order.placed", [&](const ashlar::Envelope&) { ++calls; },
                      {.name = "named", .presence = presence});
                 r.on("orders.#", [&](const ashlar::Envelope&) { ++calls; }, {.name = "pattern", .presence = presence});
               }});
    house.start();
  };
  House alone;
  CHECK_NOTHROW(start(alone));
  House together;
  together.with("orders", {.declare = emits<OrderPlaced>()});
  start(together);
  CHECK(together.bus("orders").publish(OrderPlaced{}).handlers() == 3);
  CHECK(calls == 3);
}

TEST_CASE("A7: an event that nobody handles is no error: describe shows it, and the report says 0 handlers") {
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()}).start();
  const ashlar::PublishReport report = house.bus("orders").publish(OrderPlaced{});
  CHECK(report.ok());
  CHECK(report.handlers() == 0);
  CHECK(report.to_string() == "0 handlers");
  CHECK(report.outcomes().empty());
  const auto events = house.host().describe().events;
  REQUIRE(events.size() == 1);
  CHECK(events[0].event.name == "orders.order.placed");
  CHECK(events[0].handlers.empty());
}

TEST_CASE("B1: find, events_of and all answer in the order of declaration") {
  std::vector<std::string> declared;
  const auto declare = [&declared](const std::string& module, std::function<void(ashlar::Declaration&)> events) {
    return [&declared, module, events](ashlar::Declaration& d) {
      declared.push_back(module);
      events(d);
    };
  };
  House house;
  house.with("stock", {.declare = declare("stock", emits<StockReserved>())})
      .with("orders", {.declare = declare("orders", emits<OrderShipped, OrderPlaced2, OrderPlaced>())})
      .with("mails", {});
  house.host().assemble();
  const EventRegistry& registry = house.host().registry();

  const std::vector<std::string> orders{"orders.order.shipped@1", "orders.order.placed@2", "orders.order.placed@1"};
  CHECK(names(registry.events_of("orders")) == orders);
  CHECK(names(registry.events_of("stock")) == Calls{"stock.stock.reserved@1"});
  CHECK(registry.events_of("mails").empty());
  CHECK(registry.events_of("nobody").empty());

  std::vector<std::string> all;
  for (const std::string& module : declared) {
    for (const std::string& name : names(registry.events_of(module))) all.push_back(name);
  }
  CHECK(all.size() == 4);
  CHECK(names(registry.all()) == all);

  CHECK(registry.find("orders.order.placed")->version == 1);
  CHECK(registry.find("orders.order.placed", 2)->version == 2);
  CHECK_FALSE(registry.find("orders.order.placed", 3).has_value());
  CHECK_FALSE(registry.find("orders.order.placed", 0).has_value());
  CHECK_FALSE(registry.find("orders.order", 1).has_value());
  CHECK_FALSE(registry.find("", 1).has_value());
}

TEST_CASE("B1: an event's information says everything that was declared") {
  House house;
  house
      .with("orders", {.declare =
                           [](auto& d) {
                             d.template emits<OrderPlaced>()
                                 .key(&OrderPlaced::order_id)
                                 .leaves_the_process()
                                 .described_as("An order was accepted.");
                             d.template emits<OrderPlaced2>();
                             d.template emits<OrderShipped>().routing_key("shipping");
                           }})
      .start();
  const EventInfo placed = house.host().registry().find("orders.order.placed").value();
  CHECK(placed.name == "orders.order.placed");
  CHECK(placed.version == 1);
  CHECK(placed.module == "orders");
  CHECK(placed.description == "An order was accepted.");
  CHECK(contains(placed.type, "OrderPlaced"));
  CHECK(placed.routing_key == "orders.order.placed");
  CHECK(placed.leaves_the_process);
  CHECK(placed.has_key);
  CHECK(contains(placed.schema, "draft-07"));
  CHECK(contains(placed.schema, "order_id"));

  const EventInfo second = house.host().registry().find("orders.order.placed", 2).value();
  CHECK(second.routing_key == "orders.order.placed.v2");
  CHECK_FALSE(second.leaves_the_process);
  CHECK_FALSE(second.has_key);
  CHECK(house.host().registry().find("orders.order.shipped")->routing_key == "shipping");
}

TEST_CASE("B1: what is returned is a copy: it outlives the host and changes nothing") {
  std::vector<EventInfo> all;
  {
    House house;
    house.with("orders", {.declare = emits<OrderPlaced>()}).start();
    all = house.host().registry().all();
    all.at(0).module = "thieves";
    all.push_back({});
    CHECK(house.host().registry().all().size() == 1);
    CHECK(house.host().registry().find("orders.order.placed")->module == "orders");
  }
  CHECK(all.at(0).name == "orders.order.placed");
}

TEST_CASE("B1: a module finds the events of all others while it registers its handlers") {
  std::vector<std::string> seen;
  House house;
  house.with("audit", {.handlers = [&](auto& r) { seen = names(r.all()); }})
      .with("orders", {.declare = emits<OrderPlaced>()})
      .with("zebra", {.declare = emits<StockReserved>()})
      .start();
  CHECK(seen == Calls{"orders.order.placed@1", "stock.stock.reserved@1"});
}

TEST_CASE("B4: registering is possible only while the host starts; later is an error that says so") {
  EventRegistry* kept = nullptr;
  int calls = 0;
  std::vector<std::string> errors;
  const auto late = [&] {
    errors.push_back(error_of([&] { kept->on([&](const OrderPlaced&) { ++calls; }, {.name = "late"}); }));
    errors.push_back(
        error_of([&] { kept->on("orders.#", [&](const ashlar::Envelope&) { ++calls; }, {.name = "later"}); }));
  };
  House house;
  house
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers =
                           [&](auto& r) {
                             kept = &r;
                             r.on([&](const OrderPlaced&) { late(); }, {.name = "on time"});
                           },
                       .start = [&](auto&) { late(); }})
      .start();
  late();
  std::thread(late).join();
  house.bus("orders").publish(OrderPlaced{});
  house.host().stop();
  late();

  REQUIRE(errors.size() == 10);
  for (const std::string& error : errors) {
    CHECK(contains(error, "late"));
    CHECK(contains(error, "register_handlers"));
  }
  CHECK(calls == 0);
  CHECK_THROWS_AS(kept->on([](const OrderPlaced&) {}), ashlar::DeclarationError);
}

TEST_CASE(
    "two handlers of one module with one name fail the start, and unnamed ones do not stand in each other's way") {
  House clash;
  clash.with("orders", {.declare = emits<OrderPlaced, OrderShipped>(), .handlers = [](auto& r) {
                          r.on([](const OrderPlaced&) {}, {.name = "book"});
                          r.on([](const OrderShipped&) {}, {.name = "book"});
                        }});
  const std::string error = error_of([&] { clash.start(); });
  CHECK(contains(error, "book"));
  CHECK(contains(error, "orders"));

  int calls = 0;
  House unnamed;
  unnamed
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers =
                           [&](auto& r) {
                             r.on([&](const OrderPlaced&) { ++calls; });
                             r.on([&](const OrderPlaced&) { ++calls; });
                           }})
      .with("mails", {.handlers = [&](auto& r) { r.on([&](const OrderPlaced&) { ++calls; }); }})
      .start();
  CHECK(unnamed.bus("orders").publish(OrderPlaced{}).handlers() == 3);
  CHECK(calls == 3);
}
