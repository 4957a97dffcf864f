#include <doctest/doctest.h>

#include <ashlar/testing/test_host.hpp>
#include <catalog/events.hpp>
#include <catalog/items.hpp>
#include <catalog/prices.hpp>
#include <string>

using ashlar::testing::Reply;
using ashlar::testing::TestHost;
using catalog::Item;
using catalog::ItemAdded;
using catalog::PriceChanged;

namespace {

const char* const chai = R"({"item_id": "1", "name": "Chai", "price_cents": 1800})";

TestHost catalog_alone() { return TestHost::alone("catalog").start(); }

}  // namespace

TEST_CASE("an item that was posted can be fetched, listed and priced anew") {
  TestHost host = catalog_alone();
  CHECK(host.post("/items", chai).has_status(201));
  CHECK(host.get("/items/1").as<Item>() == Item{"1", "Chai", "", 1800, false});
  CHECK(host.put("/items/1/price", R"({"price_cents": 1950})").as<Item>().price_cents == 1950);
  CHECK(host.get("/items").body ==
        R"([{"item_id":"1","name":"Chai","description":"","price_cents":1950,"discontinued":false}])");
  CHECK(host.in_order<ItemAdded, PriceChanged>());
}

TEST_CASE("posting the same item again answers with it and publishes nothing") {
  TestHost host = catalog_alone();
  host.post("/items", chai);
  CHECK(host.post("/items", chai).has_status(200));
  CHECK(host.exactly<ItemAdded>(1));
}

TEST_CASE("what cannot be done is refused with the name of the field") {
  TestHost host = catalog_alone();
  host.post("/items", chai);
  const auto field = [](const Reply& reply, const std::string& name) {
    return reply.body.find("\"" + name + "\"") != std::string::npos;
  };
  CHECK(field(host.post("/items", R"({"name": "Chang", "price_cents": "19"})"), "/price_cents"));
  CHECK(field(host.post("/items", R"({"price_cents": 1})"), "/name"));
  CHECK(field(host.put("/items/1/price", R"({"price_cents": -1})"), "/price_cents"));
  CHECK(host.put("/items/2/price", R"({"price_cents": 1})").has_status(404));
  CHECK(host.get("/items/2").has_status(404));
  for (const char* limit : {"0", "1001", "x", "-1", "1x", ""}) {
    CHECK(host.get("/items?limit=" + std::string(limit)).has_status(400));
  }
}

TEST_CASE("other modules get an item's price as a service") {
  TestHost host = catalog_alone();
  host.post("/items", R"({"item_id": "5", "name": "Gumbo", "price_cents": 2135, "discontinued": true})");
  auto& prices = host.service<catalog::Prices>();
  CHECK(prices.find_price("5")->cents == 2135);
  CHECK(prices.find_price("5")->discontinued);
  CHECK_FALSE(prices.find_price("6"));
}
