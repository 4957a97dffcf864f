#include "stock_book.hpp"

#include <doctest/doctest.h>

#include <ashlar/routes.hpp>
#include <ashlar/testing/recording_bus.hpp>
#include <cstdint>
#include <inventory/events.hpp>
#include <string>
#include <thread>
#include <vector>

using ashlar::store::Database;
using inventory::StockBackOrdered;
using inventory::StockBook;
using inventory::StockLevel;
using inventory::StockRunningLow;

namespace {

using Missing = std::vector<std::int64_t>;

struct Fixture {
  ashlar::testing::RecordingBus bus;
  StockBook book{Database::in_memory(), bus};

  // An item with so many units on hand.
  void stock(const std::string& item, std::int64_t units) {
    book.open(item);
    book.receive({.item_id = item, .quantity = units});
  }
};

// The status and the field of what the action is refused with.
template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const ashlar::HttpError& error) {
    return std::to_string(error.status()) + " " + error.field();
  }
  return "done";
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "units that are there are set aside for an order and leave with it") {
  stock("11", 10);
  CHECK(book.reserve("A", {{"11", 4}}) == Missing{0});
  CHECK(book.find("11") == StockLevel{"11", 6, 4, 0, 0});
  CHECK(book.ship("A").empty());
  CHECK(book.find("11") == StockLevel{"11", 6, 0, 0, 0});
  CHECK(bus.nothing());
}

TEST_CASE_FIXTURE(Fixture, "what is not there is back-ordered, line by line") {
  stock("11", 10);
  stock("42", 1);
  CHECK(book.reserve("A", {{"11", 12}, {"42", 1}, {"11", 5}}) == Missing{2, 0, 5});
  const auto events = bus.published<StockBackOrdered>();
  REQUIRE(events.size() == 2);
  CHECK(events[0] == StockBackOrdered{"A", "11", 2});
  CHECK(events[1] == StockBackOrdered{"A", "11", 5});
  CHECK(book.find("11") == StockLevel{"11", 0, 10, 7, 0});
}

TEST_CASE_FIXTURE(Fixture, "an item whose stock was never kept can be back-ordered") {
  CHECK(book.reserve("A", {{"new", 3}}) == Missing{3});
  CHECK(book.find("new") == StockLevel{"new", 0, 0, 3, 0});
}

TEST_CASE_FIXTURE(Fixture, "reserving twice for one order reserves once and publishes once") {
  stock("11", 10);
  book.reserve("A", {{"11", 12}});
  CHECK(book.reserve("A", {{"11", 12}}) == Missing{2});
  CHECK(book.find("11") == StockLevel{"11", 0, 10, 2, 0});
  CHECK(bus.exactly<StockBackOrdered>(1));
}

TEST_CASE_FIXTURE(Fixture, "what is received goes to the orders that wait, the oldest first") {
  book.reserve("A", {{"11", 5}});
  book.reserve("B", {{"11", 5}});
  book.open("11");
  CHECK(book.receive({.item_id = "11", .quantity = 7}) == StockLevel{"11", 0, 7, 3, 0});
  CHECK(book.ship("A").empty());
  const auto owed = book.ship("B");
  REQUIRE(owed.size() == 1);
  CHECK(owed[0].item_id == "11");
  CHECK(owed[0].quantity == 3);
  CHECK(book.receive({.item_id = "11", .quantity = 4}) == StockLevel{"11", 1, 5, 0, 0});
  CHECK(book.ship("B").empty());
}

TEST_CASE_FIXTURE(Fixture, "an order that waits for one line keeps the others until it can leave whole") {
  stock("11", 10);
  book.reserve("A", {{"11", 4}, {"42", 1}});
  CHECK(book.ship("A").size() == 1);
  CHECK(book.find("11")->reserved == 4);
}

TEST_CASE_FIXTURE(Fixture, "what is released goes to the orders that wait, and then back on the shelf") {
  stock("11", 10);
  book.reserve("A", {{"11", 10}});
  book.reserve("B", {{"11", 3}});
  book.release("A");
  CHECK(book.find("11") == StockLevel{"11", 7, 3, 0, 0});
  CHECK(book.ship("B").empty());
}

TEST_CASE_FIXTURE(Fixture, "releasing an order that was owed something takes the debt back") {
  stock("11", 1);
  book.reserve("A", {{"11", 3}});
  book.release("A");
  CHECK(book.find("11") == StockLevel{"11", 1, 0, 0, 0});
}

TEST_CASE_FIXTURE(Fixture, "releasing and shipping twice, or what was never reserved, changes nothing") {
  stock("11", 10);
  book.reserve("A", {{"11", 2}});
  book.reserve("B", {{"11", 3}});
  for (int i = 0; i < 2; ++i) {
    book.ship("A");
    book.release("B");
    book.release("unknown");
    CHECK(book.ship("unknown").empty());
  }
  CHECK(book.find("11") == StockLevel{"11", 8, 0, 0, 0});
  book.release("A");
  CHECK(book.find("11")->on_hand == 8);
}

TEST_CASE_FIXTURE(Fixture, "reserving again for what was shipped sets nothing aside") {
  stock("11", 10);
  book.reserve("A", {{"11", 2}});
  book.ship("A");
  CHECK(book.reserve("A", {{"11", 2}}) == Missing{0});
  CHECK(book.find("11") == StockLevel{"11", 8, 0, 0, 0});
}

TEST_CASE_FIXTURE(Fixture, "stock below its reorder level is published once until it has risen again") {
  stock("11", 10);
  book.set_reorder_level("11", 5);
  CHECK(bus.nothing());
  book.reserve("A", {{"11", 6}});
  CHECK(bus.only<StockRunningLow>() == StockRunningLow{"11", 4, 5});
  book.reserve("B", {{"11", 1}});
  CHECK(bus.exactly<StockRunningLow>(1));
  book.receive({.item_id = "11", .quantity = 10});
  book.reserve("C", {{"11", 9}});
  CHECK(bus.exactly<StockRunningLow>(2));
}

TEST_CASE_FIXTURE(Fixture, "a delivery that is told twice is received once") {
  book.open("11");
  CHECK(book.receive({.delivery_id = "D1", .item_id = "11", .quantity = 5}).on_hand == 5);
  CHECK(book.receive({.delivery_id = "D1", .item_id = "11", .quantity = 5}).on_hand == 5);
  CHECK(refusal([&] { book.receive({.delivery_id = "D1", .item_id = "11", .quantity = 6}); }) == "409 /delivery_id");
  CHECK(book.find("11")->on_hand == 5);
}

TEST_CASE_FIXTURE(Fixture, "what cannot be received is refused with the field, and changes nothing") {
  book.open("11");
  CHECK(refusal([&] { book.receive({.item_id = "11", .quantity = 0}); }) == "400 /quantity");
  CHECK(refusal([&] { book.receive({.item_id = "11", .quantity = -1}); }) == "400 /quantity");
  CHECK(refusal([&] { book.receive({.item_id = "11", .quantity = 1'000'000'001}); }) == "400 /quantity");
  CHECK(refusal([&] { book.receive({.delivery_id = "", .item_id = "11", .quantity = 1}); }) == "400 /delivery_id");
  CHECK(refusal([&] { book.receive({.delivery_id = "D1", .item_id = "12", .quantity = 1}); }) == "404 /item_id");
  CHECK(refusal([&] { book.set_reorder_level("11", -1); }) == "400 /reorder_level");
  CHECK(refusal([&] { book.set_reorder_level("12", 1); }) == "404 /item_id");
  stock("11", 1'000'000'000);
  CHECK(refusal([&] { book.receive({.item_id = "11", .quantity = 1}); }) == "409 /quantity");
  CHECK(book.find("11") == StockLevel{"11", 1'000'000'000, 0, 0, 0});
  CHECK_FALSE(book.find("12"));
}

TEST_CASE_FIXTURE(Fixture, "many threads at once reserve no unit twice") {
  stock("11", 100);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 30; ++i) book.reserve(std::to_string(t * 100 + i), {{"11", 1}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(book.find("11") == StockLevel{"11", 0, 100, 20, 0});
  CHECK(bus.exactly<StockBackOrdered>(20));
}
