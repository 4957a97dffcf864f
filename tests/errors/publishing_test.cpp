// What is said about a publish that is refused.

#include <doctest/doctest.h>

#include "../core/host_support.hpp"
#include "page.hpp"

namespace orders {

struct Line {
  std::string item_id;
  std::int32_t quantity = 0;
};
ASHLAR_STRUCT(Line, item_id, quantity)

struct OrderPacked {
  std::string order_id;
  std::vector<Line> lines;
};
ASHLAR_EVENT(OrderPacked, "orders.order.packed", 1, order_id, lines)

struct OrderLost {
  std::string order_id;
};
ASHLAR_EVENT(OrderLost, "orders.order.lost", 1, order_id)

}  // namespace orders

namespace mails {

struct MailSent {
  std::string address;
};
ASHLAR_EVENT(MailSent, "mails.mail.sent", 1, address)

}  // namespace mails

namespace {

// A host with `orders`, which declares OrderPacked, and `mails`, which declares MailSent.
class PublishingHost {
 public:
  explicit PublishingHost(Script mails = {}, int max_depth = 64) : host_({.max_depth = max_depth}) {
    host_.add(scripted("orders", {.declare = [](ashlar::Declaration& d) { d.emits<orders::OrderPacked>(); }}));
    mails.declare = [](ashlar::Declaration& d) { d.emits<mails::MailSent>(); };
    host_.add(scripted("mails", std::move(mails)));
  }

  ashlar::ModuleHost& host() { return host_; }

  template <class E>
  std::string said_about_publishing(std::string_view module, const E& event) {
    return said_about([&] { host_.bus_of(module).publish(event); });
  }
  std::string said_about_json(std::string_view event, std::string_view json) {
    host_.start();
    return said_about([&] { host_.bus_of("orders").publish_json(event, json); });
  }

 private:
  ashlar::ModuleHost host_;
};

}  // namespace

TEST_CASE("an event that nobody declares is told the line to add") {
  PublishingHost house;
  house.host().start();
  CHECK(house.said_about_publishing("orders", orders::OrderLost{"7"}) ==
        on_the_page("Publishing an event that was not declared"));
}

TEST_CASE("an event of another module is told whose it is") {
  PublishingHost house;
  house.host().start();
  CHECK(house.said_about_publishing("mails", orders::OrderPacked{"7", {}}) ==
        on_the_page("Publishing another module's event"));
}

TEST_CASE("a publish before the start is told when it would be taken") {
  PublishingHost house;
  house.host().prepare();
  CHECK(house.said_about_publishing("orders", orders::OrderPacked{"7", {}}) ==
        on_the_page("Publishing before the start, or after the stop"));
}

TEST_CASE("a publish after the stop is told when it would be taken") {
  PublishingHost house;
  house.host().start();
  house.host().stop();
  CHECK(house.said_about_publishing("orders", orders::OrderPacked{"7", {}}) ==
        on_the_page("Publishing before the start, or after the stop"));
}

TEST_CASE("events that lead to each other without end are told their chain") {
  ashlar::EventBus* orders_bus = nullptr;
  ashlar::EventBus* mails_bus = nullptr;
  std::string said;
  PublishingHost house({.register_handlers =
                            [&](ashlar::EventRegistry& registry) {
                              registry.on([&](const orders::OrderPacked&) { mails_bus->publish(mails::MailSent{}); });
                              registry.on([&](const mails::MailSent&) {
                                try {
                                  orders_bus->publish(orders::OrderPacked{});
                                } catch (const ashlar::DepthExceeded& error) {
                                  said = error.what();
                                }
                              });
                            }},
                       4);
  house.host().start();
  orders_bus = &house.host().bus_of("orders");
  mails_bus = &house.host().bus_of("mails");
  orders_bus->publish(orders::OrderPacked{});
  CHECK(said == on_the_page("Events that lead to each other without end"));
}

TEST_CASE("JSON of the wrong type is told the place") {
  PublishingHost house;
  CHECK(house.said_about_json("orders.order.packed",
                              R"({"order_id": "7", "lines": [{"item_id": "tea", "quantity": "3"}]})") ==
        on_the_page("JSON with a wrong type, in `publish_json()` or a request"));
}

TEST_CASE("JSON without a required member is told the place") {
  PublishingHost house;
  CHECK(house.said_about_json("orders.order.packed", R"({"order_id": "7", "lines": [{"quantity": 3}]})") ==
        on_the_page("JSON without a required member"));
}

TEST_CASE("what is no JSON is told line and column") {
  PublishingHost house;
  CHECK(house.said_about_json("orders.order.packed", R"({"order_id": "7", lines: []})") ==
        on_the_page("What is no JSON"));
}

TEST_CASE("JSON for a misspelt event is told so") {
  PublishingHost house;
  CHECK(house.said_about_json("orders.order.paked", "{}") == on_the_page("Publishing JSON for a misspelt event"));
}
