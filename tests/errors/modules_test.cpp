// What is said about modules that do not fit together: before anything starts.

#include <ashlar/testing/test_host.hpp>
#include <stdexcept>

#include "../core/host_support.hpp"
#include "page.hpp"

#include <doctest/doctest.h>

using ashlar::Declaration;
using ashlar::EventRegistry;
using ashlar::ModuleContext;

namespace inventory {

class Stock {};

}  // namespace inventory

namespace orders {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

}  // namespace orders

namespace payments {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct OrderPaid {
  std::string order_id;
};
ASHLAR_EVENT(OrderPaid, "payments.order.paid", 1, order_id)

}  // namespace payments

namespace {

std::unique_ptr<ashlar::Module> orders_module() {
  return scripted("orders", {.declare = [](Declaration& d) { d.emits<orders::OrderPlaced>(); }});
}

// A module `mails` that registers something, beside `orders`.
std::string said_when_registering(std::function<void(EventRegistry&)> register_handlers) {
  return error_of_start(orders_module(), scripted("mails", {.register_handlers = std::move(register_handlers)}));
}

Script needs_stock() {
  return {.declare = [](Declaration& d) { d.needs<inventory::Stock>(); }};
}

Script provides_stock() {
  return {.declare = [](Declaration& d) { d.provides<inventory::Stock>(); }};
}

}  // namespace

TEST_CASE("a handler for a misspelt event is told which one was meant") {
  CHECK(said_when_registering([](EventRegistry& registry) {
          registry.on("orders.order.plcaed", [](const ashlar::Envelope&) {});
        }) == on_the_page("A handler for a misspelt event"));
}

TEST_CASE("a handler for an event that nobody declares is told the event and the ways out") {
  CHECK(said_when_registering([](EventRegistry& registry) { registry.on([](const payments::OrderPaid&) {}); }) ==
        on_the_page("A handler for an event whose module is not there"));
}

TEST_CASE("a handler for another type than the declared one is told both types") {
  CHECK(said_when_registering([](EventRegistry& registry) { registry.on([](const payments::OrderPlaced&) {}); }) ==
        on_the_page("A handler for a copy of another module's event"));
}

TEST_CASE("a handler for what can be no event's name is told the grammar") {
  CHECK(said_when_registering([](EventRegistry& registry) {
          registry.on("OrderPlaced", [](const ashlar::Envelope&) {});
        }) == on_the_page("A malformed event name in `registry.on(…)`"));
}

TEST_CASE("two handlers of one name are told the name") {
  CHECK(said_when_registering([](EventRegistry& registry) {
          registry.on([](const orders::OrderPlaced&) {}, {.name = "thank"});
          registry.on([](const orders::OrderPlaced&) {}, {.name = "thank"});
        }) == on_the_page("Two handlers of one name"));
}

TEST_CASE("a registration after the start is told where it belongs") {
  EventRegistry* kept = nullptr;
  ashlar::ModuleHost host;
  host.add(orders_module());
  host.add(scripted("mails", {.register_handlers = [&](EventRegistry& registry) { kept = &registry; }}));
  host.start();
  CHECK(said_about([&] { kept->on([](const orders::OrderPlaced&) {}); }) ==
        on_the_page("A handler registered after the start"));
}

TEST_CASE("two modules that declare one event are both told") {
  CHECK(error_of_start(orders_module(), scripted("payments", {.declare = [](Declaration& d) {
                                                   d.emits<payments::OrderPlaced>();
                                                 }})) == on_the_page("Two modules that declare one event"));
}

TEST_CASE("a second module of one name is told the name") {
  CHECK(said_about([] {
          ashlar::ModuleHost host;
          host.add(orders_module());
          host.add(orders_module());
        }) == on_the_page("A second module of one name"));
}

TEST_CASE("a module's name that is none is told the grammar") {
  CHECK(said_about([] {
          ashlar::ModuleHost host;
          host.add(scripted("Orders"));
        }) == on_the_page("A module's name in capital letters"));
}

TEST_CASE("two providers of one service are both told") {
  CHECK(error_of_start(scripted("inventory", provides_stock()), scripted("warehouse", provides_stock())) ==
        on_the_page("Two providers of one service"));
}

TEST_CASE("a service that nobody provides is told who needs it") {
  CHECK(error_of_start(scripted("orders", needs_stock())) == on_the_page("A service that no module provides"));
}

TEST_CASE("a module that is needed and not there is told, with the one that was meant") {
  CHECK(error_of_start(scripted("inventory"), scripted("orders", {.declare = [](Declaration& d) {
                                                         d.needs_module("inventroy");
                                                       }})) == on_the_page("A needed module that is not there"));
}

TEST_CASE("modules that need each other in a circle are told the whole circle") {
  const auto needs = [](std::string module) {
    return Script{.declare = [module](Declaration& d) { d.needs_module(module); }};
  };
  CHECK(error_of_start(scripted("orders", needs("payments")), scripted("payments", needs("users")),
                       scripted("users", needs("orders"))) == on_the_page("Modules that need each other in a circle"));
}

TEST_CASE("a service that is asked for and not declared is told the line to add") {
  CHECK(error_of_start(scripted("orders", {.prepare = [](ModuleContext& c) { c.service<inventory::Stock>(); }})) ==
        on_the_page("A service that was not declared as needed"));
}

TEST_CASE("a service that is declared and not handed over is told the line to add") {
  CHECK(error_of_start(scripted("inventory", provides_stock())) ==
        on_the_page("A service that was declared and not handed over"));
}

TEST_CASE("a service that is handed over and not declared is told the line to add") {
  inventory::Stock stock;
  CHECK(error_of_start(scripted("inventory", {.prepare = [&](ModuleContext& c) { c.provide(stock); }})) ==
        on_the_page("A service that was handed over and not declared"));
}

TEST_CASE("a module that throws in start is named, with its cause") {
  CHECK(error_of_start(scripted("orders", {.start = [](ModuleContext&) {
                                  throw std::runtime_error("cannot reach db.example.org");
                                }})) == on_the_page("A module that throws in `start()`"));
}

TEST_CASE("two commands of one name are told the name") {
  const Script revenue{.declare = [](Declaration& d) {
    d.commands().add({.name = "revenue", .run = [](const ashlar::CommandLine&) { return 0; }});
  }};
  CHECK(error_of_start(scripted("analytics", revenue), scripted("orders", revenue)) ==
        on_the_page("Two commands of one name"));
}

TEST_CASE("a test that publishes what nobody declares is told how to declare it") {
  using ashlar::testing::TestHost;
  TestHost host = TestHost::alone(scripted("mails")).start();
  CHECK(said_about([&] { host.publish(orders::OrderPlaced{"7"}); }) ==
        on_the_page("A test that publishes an event which nobody declares"));
}

TEST_CASE("a test of a module that is not in the list is told what is") {
  using ashlar::testing::TestHost;
  const auto make = +[] { return scripted("x"); };
  CHECK(said_about([&] {
          (void)TestHost::alone("order", {{"inventory", make}, {"orders", make}});
        }) == on_the_page("A test of a module that is not there"));
}
