#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "application_run.hpp"

TEST_CASE("--modules runs the named modules only, and describe says which are left out") {
  ApplicationRun shop;
  CHECK(shop({"--modules", "mails", "describe"}) == 0);
  CHECK(shop.out.str() == R"(shop: 1 module, 4 events

Modules, in the order in which they start

   1. mails (optional)
       handles  orders.order.placed
                orders.order.placed
                orders.#

Modules that this process leaves out: orders, stock

Events, each with its handlers in the order in which they are called

  orders.order.placed, published by orders, which is left out, leaves the process
    An order was accepted.
   1. mails/thank
   2. mails/sender_a (in turn with group 'senders')
   3. mails/sender_b (in turn with group 'senders', matched by orders.#)

  orders.order.placed@2, published by orders, which is left out
   1. mails/sender_b (in turn with group 'senders', matched by orders.#)

  stock.item.reserved, published by stock, which is left out
    -- nobody handles it

  stock.item.counted, published by stock, which is left out
    -- nobody handles it
)");
  CHECK(shop({"describe", "--json", "--modules=stock,mails,stock"}) == 0);
  CHECK(nlohmann::json::parse(shop.out.str())["left_out"] == nlohmann::json::array({"orders"}));
  CHECK(shop({"explain", "orders.order.placed", "--modules", "mails"}) == 0);
  CHECK(shop.out.str().starts_with("orders.order.placed is published by orders, which this process leaves out,"));
}

TEST_CASE("a module that is left out offers no command, and its section of the configuration may stay") {
  ApplicationRun shop;
  CHECK(shop({"--modules", "mails", "--set", "orders.max_lines=5", "health"}) == 0);
  CHECK(shop({"--modules", "mails", "place", "17"}) == 2);
  CHECK(contains(shop.err.str(), "there is no command 'place'"));
  CHECK(shop({"--modules", "orders,stock", "place", "17"}) == 0);
}

TEST_CASE("--modules without a module that another one needs is an error that says what to add") {
  ApplicationRun shop;
  CHECK(shop({"--modules", "orders,mails", "health"}) == 1);
  CHECK(shop.err.str() ==
        "shop: module 'orders' needs service 'small_shop::Stock' of module 'stock', which this process leaves out: add "
        "stock, or leave out 'orders' too\n");
}

TEST_CASE("a name that no module has is an error that says which was probably meant") {
  ApplicationRun shop;
  CHECK(shop({"--modules", "ordres,stock", "health"}) == 2);
  CHECK(shop.err.str() == "shop: --modules: there is no module 'ordres'; did you mean 'orders'?\n");
  CHECK(shop({"--modules", "zzzzzz", "health"}) == 2);
  CHECK(shop.err.str() == "shop: --modules: there is no module 'zzzzzz'; there are mails,orders,stock\n");
  for (const char* list : {"", "orders,", ",orders", "orders,,stock"}) {
    CAPTURE(list);
    CHECK(shop({"--modules", list, "health"}) == 2);
    CHECK(contains(shop.err.str(), "write names with a comma between them"));
  }
  CHECK(shop({"--modules", "zzzzzz", "--help"}) == 0);
  CHECK(contains(shop.out.str(), "--modules"));
}
