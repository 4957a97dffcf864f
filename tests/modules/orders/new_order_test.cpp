#include "new_order.hpp"

#include <doctest/doctest.h>

#include <orders/orders.hpp>
#include <string>

#include "fakes.hpp"
#include "refusal.hpp"

using orders::NewLine;
using orders::NewOrder;

namespace {

// What an order of two good lines is refused with after `change`.
template <class Change>
std::string refused(Change change, const orders::Options& options = {}) {
  FakePrices prices;
  NewOrder order{.customer_id = "ALFKI", .lines = {{.item_id = "11", .quantity = 1}, {.item_id = "42", .quantity = 2}}};
  change(order);
  return refusal([&] { orders::priced(order, options, prices); });
}

}  // namespace

TEST_CASE("a wrong line is named by its place") {
  CHECK(refused([](NewOrder&) {}) == "done");
  CHECK(refused([](NewOrder& o) { o.lines[1].item_id = "99"; }) == "400 /lines/1/item_id");
  CHECK(refused([](NewOrder& o) { o.lines[1].item_id = ""; }) == "400 /lines/1/item_id");
  CHECK(refused([](NewOrder& o) { o.lines[1].item_id = "5"; }) == "400 /lines/1/item_id");
  CHECK(refused([](NewOrder& o) { o.lines[1].quantity = 0; }) == "400 /lines/1/quantity");
  CHECK(refused([](NewOrder& o) { o.lines[1].quantity = -3; }) == "400 /lines/1/quantity");
  CHECK(refused([](NewOrder& o) { o.lines[0].quantity = 1'000'001; }) == "400 /lines/0/quantity");
  CHECK(refused([](NewOrder& o) { o.lines[0].unit_price_cents = -1; }) == "400 /lines/0/unit_price_cents");
  CHECK(refused([](NewOrder& o) { o.lines[0].discount_percent = 101; }) == "400 /lines/0/discount_percent");
  CHECK(refused([](NewOrder& o) { o.lines[0].discount_percent = -1; }) == "400 /lines/0/discount_percent");
}

TEST_CASE("an order has lines, but not more than are configured") {
  CHECK(refused([](NewOrder& o) { o.lines.clear(); }) == "400 /lines");
  CHECK(refused([](NewOrder& o) { o.lines.resize(50, o.lines[0]); }) == "done");
  CHECK(refused([](NewOrder& o) { o.lines.resize(51, o.lines[0]); }) == "400 /lines");
  CHECK(refused([](NewOrder&) {}, {.max_lines = 1}) == "400 /lines");
  CHECK(refused([](NewOrder&) {}, {.max_quantity = 1}) == "400 /lines/1/quantity");
}

TEST_CASE("ids and notes have limits") {
  CHECK(refused([](NewOrder& o) { o.order_id = ""; }) == "400 /order_id");
  CHECK(refused([](NewOrder& o) { o.order_id = "../7"; }) == "400 /order_id");
  CHECK(refused([](NewOrder& o) { o.order_id = std::string(65, '7'); }) == "400 /order_id");
  CHECK(refused([](NewOrder& o) { o.customer_id = ""; }) == "400 /customer_id");
  CHECK(refused([](NewOrder& o) { o.customer_id = "a b"; }) == "400 /customer_id");
  CHECK(refused([](NewOrder& o) { o.note = std::string(2001, 'x'); }) == "400 /note");
}

TEST_CASE("limits that make no sense are refused with their name") {
  CHECK_NOTHROW(orders::check(orders::Options{}));
  CHECK_THROWS_WITH(orders::check({.max_lines = 0}), "orders.max_lines: an order can have 1 to 1000 lines, not 0");
  CHECK_THROWS_WITH(orders::check({.max_quantity = 1'000'001}),
                    "orders.max_quantity: a line can have 1 to 1000000 units, not 1000001");
}
