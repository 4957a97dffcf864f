#include <doctest/doctest.h>

#include <ashlar/testing/recording_bus.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <orders/events.hpp>
#include <string>
#include <vector>

#include "fakes.hpp"
#include "order_book.hpp"

using ashlar::store::Database;
using orders::OrderBook;
using orders::OrderCancelled;
using orders::OrderPlaced;
using orders::OrderShipped;
using orders::Status;

namespace {

const orders::NewOrder cart = {.order_id = "7", .customer_id = "ALFKI", .lines = {{.item_id = "11", .quantity = 1}}};

// A shop whose process may end and start anew, while its file and its shelf stay.
struct Fixture {
  ashlar::testing::TemporaryDirectory folder;
  ashlar::testing::VirtualClock clock;
  FakePrices prices;
  FakeStock stock;
  ashlar::testing::RecordingBus bus;

  OrderBook start() { return OrderBook(Database(file()), bus, clock, prices, stock, orders::Options{}); }
  std::filesystem::path file() const { return folder.path() / "shop.db"; }

  // What the file says after a crash in the midst of things.
  void crashed_while(const std::string& status) {
    Database(file()).run("UPDATE orders_order SET status = ?, shipped_at = 1000, cancelled_at = 1000", status);
    bus.clear();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an order that a crash interrupted is placed at the next start, and published once") {
  start().place(cart);
  crashed_while("placing");
  OrderBook book = start();
  CHECK(book.finish_interrupted().empty());
  CHECK(book.finish_interrupted().empty());
  CHECK(book.find("7")->status == Status::placed);
  CHECK(stock.told() == std::vector<std::string>{"reserve 7", "reserve 7"});
  CHECK(bus.exactly<OrderPlaced>(1));
}

TEST_CASE_FIXTURE(Fixture, "an order that a crash interrupted is placed when it is placed again") {
  start().place(cart);
  crashed_while("placing");
  OrderBook book = start();
  CHECK(book.place(cart).is_new);
  CHECK(bus.exactly<OrderPlaced>(1));
}

TEST_CASE_FIXTURE(Fixture, "shipping and cancelling that a crash interrupted are finished at the next start") {
  start().place(cart);
  crashed_while("shipping");
  CHECK(start().finish_interrupted().empty());
  CHECK(start().find("7")->status == Status::shipped);
  CHECK(bus.exactly<OrderShipped>(1));
  crashed_while("cancelling");
  CHECK(start().finish_interrupted().empty());
  CHECK(start().find("7")->status == Status::cancelled);
  CHECK(bus.exactly<OrderCancelled>(1));
}

TEST_CASE_FIXTURE(Fixture, "an order that cannot be finished is named, stays as it is, and keeps no other from it") {
  start().place(cart);
  crashed_while("placing");
  stock.broken = true;
  CHECK(start().finish_interrupted() == std::vector<std::string>{"order '7': the shelf has fallen over"});
  stock.broken = false;
  CHECK(start().finish_interrupted().empty());
}

TEST_CASE_FIXTURE(Fixture, "an order whose stock cannot be reserved leaves no trace") {
  OrderBook book = start();
  stock.broken = true;
  CHECK_THROWS_WITH(book.place(cart), "the shelf has fallen over");
  CHECK_FALSE(book.find("7"));
  CHECK(bus.nothing());
  stock.broken = false;
  CHECK(book.place(cart).is_new);
}
