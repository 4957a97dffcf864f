#include "order_book.hpp"

#include <doctest/doctest.h>

#include <ashlar/testing/recording_bus.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <chrono>
#include <orders/events.hpp>
#include <string>
#include <thread>
#include <vector>

#include "fakes.hpp"
#include "refusal.hpp"

using ashlar::store::Database;
using orders::Line;
using orders::NewOrder;
using orders::Order;
using orders::OrderBook;
using orders::OrderCancelled;
using orders::OrderPlaced;
using orders::OrderShipped;
using orders::Status;

namespace {

using Told = std::vector<std::string>;

NewOrder cart(std::optional<std::string> order_id = "7") {
  return {.order_id = std::move(order_id),
          .customer_id = "ALFKI",
          .lines = {{.item_id = "11", .quantity = 12}, {.item_id = "42", .quantity = 10, .discount_percent = 15}}};
}

struct Fixture {
  ashlar::testing::RecordingBus bus;
  ashlar::testing::VirtualClock clock;
  FakePrices prices;
  FakeStock stock;
  OrderBook book{Database::in_memory(), bus, clock, prices, stock, orders::Options{}};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an order is placed at the catalog's prices, its stock reserved, and published once") {
  const orders::Placement placement = book.place(cart());
  CHECK(placement.is_new);
  CHECK(placement.order.status == Status::placed);
  CHECK(stock.told() == Told{"reserve 7"});
  CHECK(bus.only<OrderPlaced>() ==
        OrderPlaced{"7", "ALFKI", clock.now(), {Line{"11", 12, 1400, 0}, Line{"42", 10, 980, 15}}, std::nullopt});
  CHECK(book.find("7") == placement.order);
  CHECK_FALSE(book.find("8"));
}

TEST_CASE_FIXTURE(Fixture, "orders without an id get ids of their own") {
  const std::string first = book.place(cart(std::nullopt)).order.order_id;
  const std::string second = book.place(cart(std::nullopt)).order.order_id;
  CHECK(first != second);
  CHECK(book.find(first)->lines == book.find(second)->lines);
}

TEST_CASE_FIXTURE(Fixture, "an order beyond the stock is accepted, and says what is missing") {
  stock.lacking = "42";
  CHECK(book.place(cart()).missing == std::vector<std::int64_t>{0, 10});
  CHECK(bus.exactly<OrderPlaced>(1));
}

TEST_CASE_FIXTURE(Fixture, "recorded orders keep their times, prices and discounts, also for items no longer sold") {
  const orders::Time recorded = std::chrono::sys_days{std::chrono::year{1996} / 7 / 4};
  NewOrder order{.order_id = "10248", .customer_id = "VINET", .placed_at = recorded};
  order.lines = {{.item_id = "5", .quantity = 1, .unit_price_cents = 1700, .discount_percent = 25}};
  book.place(order);
  book.ship("10248", recorded + std::chrono::days(12));
  CHECK(bus.only<OrderPlaced>().placed_at == recorded);
  CHECK(bus.only<OrderPlaced>().lines == std::vector{Line{"5", 1, 1700, 25}});
  CHECK(bus.only<OrderShipped>() == OrderShipped{"10248", "VINET", recorded + std::chrono::days(12)});
}

TEST_CASE_FIXTURE(Fixture, "the same order may be placed again: nothing changes and nothing is published") {
  book.place(cart());
  prices.prices["11"].cents = 1;
  prices.prices["42"].discontinued = true;
  const orders::Placement again = book.place(cart());
  CHECK_FALSE(again.is_new);
  CHECK(again.order.lines[0].unit_price_cents == 1400);
  CHECK(stock.told() == Told{"reserve 7"});
  CHECK(bus.exactly<OrderPlaced>(1));
}

TEST_CASE_FIXTURE(Fixture, "another order under a taken id is refused") {
  book.place(cart());
  const auto refused = [&](auto change) {
    NewOrder other = cart();
    change(other);
    return refusal([&] { book.place(other); });
  };
  CHECK(refused([](NewOrder& o) { o.customer_id = "ANATR"; }) == "409 /order_id");
  CHECK(refused([](NewOrder& o) { o.note = "quick"; }) == "409 /order_id");
  CHECK(refused([](NewOrder& o) { o.placed_at = orders::Time{}; }) == "409 /order_id");
  CHECK(refused([](NewOrder& o) { o.lines.pop_back(); }) == "409 /order_id");
  CHECK(refused([](NewOrder& o) { o.lines[1].quantity = 11; }) == "409 /order_id");
  CHECK(refused([](NewOrder& o) { o.lines[1].unit_price_cents = 1; }) == "409 /order_id");
  CHECK(bus.exactly<OrderPlaced>(1));
}

TEST_CASE_FIXTURE(Fixture, "an order leaves the house once") {
  book.place(cart());
  clock.advance(std::chrono::hours(24));
  const orders::Change change = book.ship("7", {});
  CHECK(change.is_new);
  CHECK(change.order.status == Status::shipped);
  CHECK(change.order.shipped_at == clock.now());
  CHECK_FALSE(book.ship("7", {}).is_new);
  CHECK_FALSE(book.ship("7", clock.now()).is_new);
  CHECK(refusal([&] { book.ship("7", clock.now() + std::chrono::hours(1)); }) == "409 /shipped_at");
  CHECK(bus.only<OrderShipped>() == OrderShipped{"7", "ALFKI", clock.now()});
  CHECK(stock.told() == Told{"reserve 7", "ship 7"});
}

TEST_CASE_FIXTURE(Fixture, "an order does not leave before it was placed") {
  book.place(cart());
  CHECK(refusal([&] { book.ship("7", clock.now() - std::chrono::hours(1)); }) == "400 /shipped_at");
  CHECK(book.find("7")->status == Status::placed);
  CHECK(stock.told() == Told{"reserve 7"});
}

TEST_CASE_FIXTURE(Fixture, "an order that waits for units stays placed, and can be shipped later") {
  book.place(cart());
  stock.lacking = "42";
  CHECK_THROWS_WITH(book.ship("7", {}), "the order '7' cannot be shipped yet: it waits for 3 of '42'");
  CHECK(book.find("7")->status == Status::placed);
  CHECK_FALSE(book.find("7")->shipped_at);
  CHECK(bus.none<OrderShipped>());
  stock.lacking = "";
  CHECK(book.ship("7", {}).is_new);
}

TEST_CASE_FIXTURE(Fixture, "an order is cancelled once, with its reason and its lines, and its stock released") {
  book.place(cart());
  CHECK(book.cancel("7", "changed my mind").is_new);
  CHECK_FALSE(book.cancel("7", "again").is_new);
  const Order order = book.find("7").value();
  CHECK(order.status == Status::cancelled);
  CHECK(order.cancel_reason == "changed my mind");
  CHECK(bus.only<OrderCancelled>() ==
        OrderCancelled{"7", "ALFKI", clock.now(), "changed my mind", order.lines, order.placed_at});
  CHECK(stock.told() == Told{"reserve 7", "release 7"});
}

TEST_CASE_FIXTURE(Fixture, "what is shipped is not cancelled, and what is cancelled is not shipped") {
  book.place(cart("7"));
  book.place(cart("8"));
  book.ship("7", {});
  book.cancel("8", "");
  CHECK_THROWS_WITH(book.cancel("7", ""), "the order '7' is shipped: it cannot be cancelled");
  CHECK_THROWS_WITH(book.ship("8", {}), "the order '8' is cancelled: it cannot be shipped");
  CHECK(refusal([&] { book.cancel("7", ""); }) == "409 /order_id");
  CHECK(refusal([&] { book.ship("9", {}); }) == "404 /order_id");
  CHECK(refusal([&] { book.cancel("9", ""); }) == "404 /order_id");
  CHECK(bus.exactly<OrderShipped>(1));
  CHECK(bus.exactly<OrderCancelled>(1));
}

TEST_CASE_FIXTURE(Fixture, "an order that many threads place and ship at once is placed and shipped once") {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      book.place(cart("shared"));
      book.ship("shared", {});
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(bus.exactly<OrderPlaced>(1));
  CHECK(bus.exactly<OrderShipped>(1));
}
