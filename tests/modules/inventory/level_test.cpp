#include "level.hpp"

#include <doctest/doctest.h>

using inventory::Level;

TEST_CASE("what there is is set aside, and the rest is owed") {
  Level level{.stock = {.item_id = "1", .on_hand = 10}};
  CHECK(level.take(4) == 0);
  CHECK(level.take(9) == 3);
  CHECK(level.stock.on_hand == 0);
  CHECK(level.stock.reserved == 10);
  CHECK(level.stock.owed == 3);
}

TEST_CASE("running low is told once until the stock has risen again") {
  Level level{.stock = {.item_id = "1", .on_hand = 10, .reorder_level = 5}};
  CHECK_FALSE(level.has_begun_to_run_low());
  level.stock.on_hand = 5;
  CHECK_FALSE(level.has_begun_to_run_low());
  level.stock.on_hand = 4;
  CHECK(level.has_begun_to_run_low());
  level.stock.on_hand = 0;
  CHECK_FALSE(level.has_begun_to_run_low());
  level.stock.on_hand = 5;
  CHECK_FALSE(level.has_begun_to_run_low());
  level.stock.on_hand = 4;
  CHECK(level.has_begun_to_run_low());
}
