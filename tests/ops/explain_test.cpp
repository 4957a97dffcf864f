#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "application_run.hpp"

TEST_CASE("explain says who receives an event, in which order, and why") {
  ApplicationRun shop;
  CHECK(shop({"explain", "orders.order.placed@1"}) == 0);
  CHECK(shop.out.str() ==
        R"(orders.order.placed is published by orders, leaves the process as 'orders.order.placed'.
4 handlers receive it, 3 of them each time, in this order (priority, then start order, then registration):

   1. stock/reserve
       registered for this event
       priority 10
       stock starts as number 2 of 3
   2. mails/thank
       registered for this event
       priority 0
       mails starts as number 1 of 3
       number 1 of those that mails registered
   3. mails/sender_a
       registered for this event
       priority 0
       mails starts as number 1 of 3
       number 2 of those that mails registered
       in the group 'senders', of which one receives each event, in turn: mails/sender_a, mails/sender_b
   4. mails/sender_b
       registered for orders.#, which matches
       priority 0
       mails starts as number 1 of 3
       number 3 of those that mails registered
       in the group 'senders', of which one receives each event, in turn: mails/sender_a, mails/sender_b
)");
}

TEST_CASE("explain shows every version where none is named") {
  ApplicationRun shop;
  CHECK(shop({"explain", "orders.order.placed", "--json"}) == 0);
  const auto json = nlohmann::json::parse(shop.out.str());
  REQUIRE(json.size() == 2);
  CHECK(json[0]["version"] == 1);
  CHECK(json[0]["handlers"].size() == 4);
  CHECK(json[0]["handlers"][0]["why"][1] == "priority 10");
  CHECK(json[1]["version"] == 2);
  CHECK(shop({"explain", "orders.order.placed@2", "--json"}) == 0);
  CHECK(nlohmann::json::parse(shop.out.str()).size() == 1);
}

TEST_CASE("explain says of an event that nobody handles that nobody does") {
  ApplicationRun shop;
  CHECK(shop({"explain", "stock.item.counted"}) == 0);
  CHECK(shop.out.str() == "stock.item.counted is published by stock, and nobody handles it.\n");
}

TEST_CASE("an unknown event is an error that names the nearest ones") {
  ApplicationRun shop;
  CHECK(shop({"explain", "orders.order.plced"}) == 1);
  CHECK(shop.err.str().starts_with("shop: there is no event 'orders.order.plced'; did you mean 'orders.order.placed'"));
  CHECK(shop.out.str().empty());
  CHECK(shop({"explain", "stock.item.resrved"}) == 1);
  CHECK(contains(shop.err.str(), "did you mean 'stock.item.reserved'"));
  CHECK(shop({"explain", "zzz"}) == 1);
  CHECK(shop.err.str() == "shop: there is no event 'zzz'; `describe` lists them all\n");
}
