#include <doctest/doctest.h>

#include <ashlar/testing/test_host.hpp>
#include <catalog/events.hpp>
#include <inventory/events.hpp>
#include <inventory/receiving.hpp>
#include <inventory/stock.hpp>
#include <string>

using ashlar::testing::Reply;
using ashlar::testing::TestHost;
using inventory::StockLevel;
using inventory::StockRunningLow;

namespace {

// The module by itself; the test publishes in the place of catalog.
TestHost inventory_alone() { return TestHost::alone("inventory").emits<catalog::ItemAdded>().start(); }

const catalog::ItemAdded chai = {.item_id = "1", .name = "Chai", .price_cents = 1800};

}  // namespace

TEST_CASE("stock is kept of every item that the catalog adds") {
  TestHost host = inventory_alone();
  CHECK(host.get("/stock/1").has_status(404));
  host.publish(chai);
  CHECK(host.get("/stock/1").as<StockLevel>() == StockLevel{"1", 0, 0, 0, 0});
  CHECK(host.post("/stock/1/receive", R"({"quantity": 39})").as<StockLevel>().on_hand == 39);
  host.publish(chai);
  CHECK(host.get("/stock/1").as<StockLevel>().on_hand == 39);
  CHECK(host.no_failures());
}

TEST_CASE("an order that takes the stock below its reorder level is heard of") {
  TestHost host = inventory_alone();
  host.publish(chai);
  host.post("/stock/1/receive", R"({"quantity": 39})");
  CHECK(host.put("/stock/1/reorder-level", R"({"reorder_level": 10})").has_status(200));
  host.service<inventory::Stock>().reserve("A", {{"1", 30}});
  CHECK(host.only<StockRunningLow>() == StockRunningLow{"1", 9, 10});
}

TEST_CASE("what cannot be received is refused with the name of the field") {
  TestHost host = inventory_alone();
  host.publish(chai);
  const auto refused = [&](const std::string& body, const std::string& field) {
    const Reply reply = host.post("/stock/1/receive", body);
    return reply.status == 400 && reply.body.find("\"" + field + "\"") != std::string::npos;
  };
  CHECK(refused(R"({"quantity": 0})", "/quantity"));
  CHECK(refused(R"({"quantity": "3"})", "/quantity"));
  CHECK(refused(R"({"quantity": 1.5})", "/quantity"));
  CHECK(refused(R"({})", "/quantity"));
  CHECK(host.post("/stock/2/receive", R"({"quantity": 1})").has_status(404));
  CHECK(host.put("/stock/1/reorder-level", R"({"reorder_level": -1})").has_status(400));
}

TEST_CASE("with catalog for real, an item that is posted has its stock kept") {
  TestHost host = TestHost::alone("inventory").also("catalog").start();
  CHECK(host.post("/items", R"({"item_id": "1", "name": "Chai", "price_cents": 1800})").has_status(201));
  CHECK(host.get("/stock/1").has_status(200));
}
