// What is said about a bridge to other processes.

#include <ashlar/bridge/bridge_module.hpp>
#include <ashlar/rabbitmq/bridge.hpp>
#include <ashlar/testing/memory_broker.hpp>

#include "../core/host_support.hpp"
#include "page.hpp"

#include <doctest/doctest.h>

namespace orders {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

}  // namespace orders

namespace {

std::unique_ptr<ashlar::Module> orders_module() {
  return scripted("orders", {.declare = [](ashlar::Declaration& d) { d.emits<orders::OrderPlaced>(); }});
}

// Starts a host with RabbitMQ's bridge and this in its section.
std::string said_about_section(const std::string& section) {
  ashlar::HostOptions options{.name = "shop"};
  options.configuration.read_yaml("rabbitmq: {" + section + "}", "shop.yaml",
                                  [](std::string_view) { return std::nullopt; });
  ashlar::ModuleHost host(std::move(options));
  host.add(orders_module());
  host.add(ashlar::rabbitmq::bridge());
  return said_about([&] { host.start(); });
}

std::string with_url(const std::string& more) { return "url: \"amqp://localhost:1\", " + more; }

}  // namespace

TEST_CASE("a wire format that is none is told those there are") {
  CHECK(said_about_section(with_url("publish: [{events: [\"orders.#\"], format: json}]")) ==
        on_the_page("A wire format that is not there"));
}

TEST_CASE("an event to publish that nobody declares is told with its place") {
  CHECK(said_about_section(with_url("publish: [{events: [orders.order.plcaed]}]")) ==
        on_the_page("An event that is to leave the process and that nobody declares"));
}

TEST_CASE("a broker's URL of another kind is told what is expected") {
  CHECK(said_about_section("url: \"http://localhost\"") == on_the_page("A URL of a broker that is none"));
}

TEST_CASE("a bridge that does not declare itself one is told what to declare") {
  ashlar::ModuleHost host;
  host.add(scripted("gate", {.start = [](ashlar::ModuleContext& context) { static_cast<void>(context.inlet()); }}));
  CHECK(said_about([&] { host.start(); }) == on_the_page("A module that asks for the way in and is no bridge"));
}
