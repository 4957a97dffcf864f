#include <doctest/doctest.h>

#include <ashlar/testing/test_host.hpp>
#include <inventory/events.hpp>
#include <orders/events.hpp>
#include <orders/orders.hpp>
#include <string>

#include "fakes.hpp"

using ashlar::testing::Reply;
using ashlar::testing::TestHost;
using orders::Order;
using orders::OrderCancelled;
using orders::OrderPlaced;
using orders::OrderShipped;
using orders::Status;

namespace {

const char* const cart = R"({"order_id": "7", "customer_id": "ALFKI", "lines": [{"item_id": "11", "quantity": 12}]})";

// The module by itself, with a price list and a shelf of the test's own.
struct Alone {
  FakePrices prices;
  FakeStock stock;
  TestHost host = TestHost::alone("orders").with<catalog::Prices>(prices).with<inventory::Stock>(stock).start();

  bool refused(const std::string& body, const std::string& field) {
    const Reply reply = host.post("/orders", body);
    return reply.status == 400 && reply.body.find("\"" + field + "\"") != std::string::npos;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Alone, "an order that was posted can be fetched, and is published") {
  const Reply reply = host.post("/orders", cart);
  CHECK(reply.has_status(201));
  CHECK(reply.body.find(R"("missing":[0])") != std::string::npos);
  const auto order = host.get("/orders/7").as<Order>();
  CHECK(order.status == Status::placed);
  CHECK(order.lines[0].unit_price_cents == 1400);
  CHECK(host.only<OrderPlaced>().order_id == "7");
}

TEST_CASE_FIXTURE(Alone, "posting the same order again answers with it and publishes nothing") {
  host.post("/orders", cart);
  CHECK(host.post("/orders", cart).has_status(200));
  CHECK(host.exactly<OrderPlaced>(1));
}

TEST_CASE_FIXTURE(Alone, "an order that cannot be placed is refused with the place of the field") {
  const std::string front = R"({"customer_id": "ALFKI", "lines": [{"item_id": "11", "quantity": 1}, )";
  CHECK(refused(front + R"({"item_id": "11", "quantity": "3"}]})", "/lines/1/quantity"));
  CHECK(refused(front + R"({"item_id": "11", "quantity": 0}]})", "/lines/1/quantity"));
  CHECK(refused(front + R"({"item_id": "11", "quantity": 3000000000}]})", "/lines/1/quantity"));
  CHECK(refused(front + R"({"item_id": "99", "quantity": 1}]})", "/lines/1/item_id"));
  CHECK(refused(front + R"({"quantity": 1}]})", "/lines/1/item_id"));
  CHECK(refused(R"({"customer_id": "ALFKI", "lines": []})", "/lines"));
  CHECK(refused(R"({"lines": [{"item_id": "11", "quantity": 1}]})", "/customer_id"));
  CHECK(host.post("/orders", "").has_status(400));
  CHECK(host.post("/orders", "[]").has_status(400));
  CHECK(host.nothing());
}

TEST_CASE_FIXTURE(Alone, "who orders over HTTP cannot name a price") {
  host.post("/orders", R"({"customer_id": "ALFKI", "lines": [
      {"item_id": "11", "quantity": 1, "unit_price_cents": 1, "discount_percent": 100}]})");
  CHECK(host.only<OrderPlaced>().lines == std::vector{orders::Line{"11", 1, 1400, 0}});
}

TEST_CASE_FIXTURE(Alone, "orders are shipped and cancelled by their routes") {
  host.post("/orders", cart);
  CHECK(host.post("/orders/7/ship", "").as<Order>().status == Status::shipped);
  CHECK(host.post("/orders/7/ship", "").has_status(200));
  CHECK(host.post("/orders/7/cancel", "").has_status(409));
  CHECK(host.exactly<OrderShipped>(1));
  CHECK(host.none<OrderCancelled>());

  CHECK(host.post("/orders/8/ship", "").has_status(404));
  CHECK(host.post("/orders/8/cancel", "").has_status(404));
  CHECK(host.get("/orders/8").has_status(404));
}

TEST_CASE_FIXTURE(Alone, "a cancelled order keeps its reason") {
  host.post("/orders", cart);
  CHECK(host.post("/orders/7/cancel", R"({"reason": 7})").has_status(400));
  CHECK(host.post("/orders/7/cancel", R"({"reason": "too late"})").as<Order>().cancel_reason == "too late");
  CHECK(host.only<OrderCancelled>().reason == "too late");
}

TEST_CASE_FIXTURE(Alone, "who hears of an order may call back at once") {
  auto& service = host.service<orders::Orders>();
  const ashlar::Subscription hasty =
      host.host().live_events().subscribe<OrderPlaced>([&](const OrderPlaced& e) { service.cancel(e.order_id, "no"); });
  CHECK(host.post("/orders", cart).as<Order>().status == Status::cancelled);
  CHECK(host.in_order<OrderPlaced, OrderCancelled>());
}

TEST_CASE("how many lines an order may have is configured") {
  FakePrices prices;
  FakeStock stock;
  TestHost host = TestHost::alone("orders")
                      .with<catalog::Prices>(prices)
                      .with<inventory::Stock>(stock)
                      .set("orders.max_lines", "1")
                      .start();
  const std::string line = R"({"item_id": "11", "quantity": 1})";
  const Reply reply = host.post("/orders", R"({"customer_id": "A", "lines": [)" + line + ", " + line + "]}");
  CHECK(reply.has_status(400));
  CHECK(reply.body.find("at most 1 lines, not 2") != std::string::npos);
}

TEST_CASE("with catalog and inventory for real, an order beyond the stock is back-ordered and waits") {
  TestHost host = TestHost::with_direct_dependencies("orders").start();
  host.post("/items", R"({"item_id": "11", "name": "Queso", "price_cents": 1400})");
  host.post("/stock/11/receive", R"({"quantity": 10})");

  CHECK(host.when([&] { host.post("/orders", cart); })
            .expect<inventory::StockBackOrdered>([](const auto& event) { return event.missing == 2; })
            .expect<OrderPlaced>());
  const Reply too_early = host.post("/orders/7/ship", "");
  CHECK(too_early.has_status(409));
  CHECK(too_early.body.find("waits for 2 of '11'") != std::string::npos);

  host.post("/stock/11/receive", R"({"quantity": 5})");
  CHECK(host.post("/orders/7/ship", "").has_status(200));
  CHECK(host.get("/stock/11").body == R"({"item_id":"11","on_hand":3,"reserved":0,"owed":0,"reorder_level":0})");
  CHECK(host.no_failures());
}
