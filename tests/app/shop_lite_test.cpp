#include <doctest/doctest.h>

#include <string>

#include "shop_process.hpp"

namespace {

std::string modules_of(const std::string& described) {
  const auto from = described.find("\nModules");
  return described.substr(from, described.find("\nEvents") - from);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("two applications of one tree each run their own modules") {
  const ShopResult shop = ShopProcess().run({"describe"});
  const ShopResult lite = ShopProcess(SHOP_LITE_EXECUTABLE).run({"describe"});
  CHECK(shop.exit_code == 0);
  CHECK(lite.exit_code == 0);
  CHECK(shop.out.starts_with("shop: 9 modules"));
  CHECK(lite.out.starts_with("shop-lite: 3 modules"));
  for (const char* module : {"catalog", "inventory", "orders"}) {
    CHECK(contains(modules_of(lite.out), std::string(". ") + module + "\n"));
    CHECK(contains(modules_of(shop.out), std::string(". ") + module + "\n"));
  }
  CHECK(contains(modules_of(shop.out), ". audit\n"));
  CHECK_FALSE(contains(lite.out, "audit"));
}

TEST_CASE("--modules runs a part of the shop from the configuration of the whole") {
  const ShopProcess shop;
  const std::string file = ASHLAR_SOURCE_DIR "/app/shop.yaml";
  const ShopResult part = shop.run({"--modules", "notifications,search", "--config", file, "describe"});
  CHECK(part.err == "");
  CHECK(part.exit_code == 0);
  CHECK(part.out.starts_with("shop: 3 modules"));
  CHECK(contains(part.out,
                 "Modules that this process leaves out: analytics, audit, catalog, inventory, orders, users\n"));
  CHECK(contains(part.out, "\n  orders.order.placed, published by orders, which is left out"));
  CHECK(shop.run({"--modules", "notifications,search", "--config", file, "health"}).exit_code == 0);

  const ShopResult refused = shop.run({"--modules", "orders,search", "describe"});
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err,
                 "of module 'catalog', which this process leaves out: add catalog, or leave out 'orders' too"));
}

TEST_CASE("E3: parts of the shop in processes of their own hear of each other through the log") {
  const ShopProcess shop;
  const std::string sample = ASHLAR_SOURCE_DIR "/app/data/sample";
  REQUIRE(shop.run({"--modules", "catalog,inventory,orders,users", "import", sample}).exit_code == 0);
  CHECK(shop.mails() == 0);
  CHECK(shop.run({"--modules", "analytics", "revenue"}).out == "total  2358.5664\n");
  CHECK(shop.run({"--modules", "audit", "audit", "verify"}).out.starts_with("the audit log is intact: 50 entries"));
  CHECK(shop.run({"import", sample}).exit_code == 0);
  CHECK(shop.mails() == 6 + 12 + 9);
  CHECK(shop.run({"search", "tea"}).out == "2\tHarbour Breakfast Tea\n");
}
