#include "item_book.hpp"

#include <doctest/doctest.h>

#include <ashlar/routes.hpp>
#include <ashlar/testing/recording_bus.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <catalog/events.hpp>
#include <string>

using ashlar::store::Database;
using catalog::ItemAdded;
using catalog::ItemBook;
using catalog::NewItem;
using catalog::PriceChanged;

namespace {

const NewItem chai = {.item_id = "1", .name = "Chai", .description = "10 boxes", .price_cents = 1800};

struct Fixture {
  ashlar::testing::RecordingBus bus;
  ashlar::testing::VirtualClock clock;
  ItemBook book{Database::in_memory(), bus, clock};
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

TEST_CASE_FIXTURE(Fixture, "adding an item is published with its price") {
  book.add(chai);
  CHECK(bus.only<ItemAdded>() == ItemAdded{"1", "Chai", "10 boxes", 1800, false});
  CHECK(book.find("1")->name == "Chai");
  CHECK(book.find_price("1")->cents == 1800);
  CHECK_FALSE(book.find_price("2"));
}

TEST_CASE_FIXTURE(Fixture, "an item without an id gets one of its own") {
  const NewItem unnamed{.name = "Chang", .price_cents = 1900};
  const std::string first = book.add(unnamed).item.item_id;
  const std::string second = book.add(unnamed).item.item_id;
  CHECK(first != second);
  CHECK(bus.exactly<ItemAdded>(2));
}

TEST_CASE_FIXTURE(Fixture, "the same item may be added again: nothing changes, not even a newer price") {
  CHECK(book.add(chai).is_new);
  book.change_price("1", 2000);
  const catalog::AddedItem again = book.add(chai);
  CHECK_FALSE(again.is_new);
  CHECK(again.item.price_cents == 2000);
  CHECK(bus.exactly<ItemAdded>(1));
}

TEST_CASE_FIXTURE(Fixture, "another item under a taken id is refused") {
  book.add(chai);
  NewItem other = chai;
  other.price_cents = 1;
  CHECK(refusal([&] { book.add(other); }) == "409 /item_id");
  CHECK(book.find_price("1")->cents == 1800);
}

TEST_CASE_FIXTURE(Fixture, "a new price is published with the old one, and the same price is not") {
  book.add(chai);
  CHECK(book.change_price("1", 2000).price_cents == 2000);
  book.change_price("1", 2000);
  CHECK(bus.only<PriceChanged>() == PriceChanged{"1", 1800, 2000});
  CHECK(refusal([&] { book.change_price("2", 1); }) == "404 /item_id");
}

TEST_CASE_FIXTURE(Fixture, "what cannot be sold is refused with the field, and changes nothing") {
  const auto refused = [&](auto change) {
    NewItem item = chai;
    change(item);
    return refusal([&] { book.add(item); });
  };
  CHECK(refused([](NewItem& item) { item.item_id = ""; }) == "400 /item_id");
  CHECK(refused([](NewItem& item) { item.item_id = "a/b"; }) == "400 /item_id");
  CHECK(refused([](NewItem& item) { item.item_id = std::string(65, 'a'); }) == "400 /item_id");
  CHECK(refused([](NewItem& item) { item.name = " "; }) == "400 /name");
  CHECK(refused([](NewItem& item) { item.name = std::string(201, 'a'); }) == "400 /name");
  CHECK(refused([](NewItem& item) { item.description = std::string(10'001, 'a'); }) == "400 /description");
  CHECK(refused([](NewItem& item) { item.price_cents = -1; }) == "400 /price_cents");
  CHECK(refused([](NewItem& item) { item.price_cents = 1'000'000'001; }) == "400 /price_cents");
  CHECK(bus.nothing());
}

TEST_CASE_FIXTURE(Fixture, "items are listed in order of id, page by page") {
  for (const char* id : {"3", "1", "2"}) book.add({.item_id = id, .name = "Item", .price_cents = 1});
  const auto page = book.list("", 2);
  REQUIRE(page.size() == 2);
  CHECK(page[0].item_id == "1");
  CHECK(page[1].item_id == "2");
  CHECK(book.list("2", 2).front().item_id == "3");
  CHECK(book.list("3", 2).empty());
}
