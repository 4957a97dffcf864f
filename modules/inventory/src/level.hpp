#pragma once

#include <cstdint>
#include <inventory/receiving.hpp>

namespace inventory {

// The stock of one item, and what moves in it. Knows neither orders nor rows.
struct Level {
  StockLevel stock;
  bool is_low = false;  // that it runs low has been told

  // Sets units aside; returns how many there are not, which are owed from now on.
  std::int64_t take(std::int64_t quantity);

  // Units on hand become set aside for an order that waits for them.
  void hand_over(std::int64_t quantity);

  // True once each time the stock has fallen below its reorder level.
  bool has_begun_to_run_low();
};

}  // namespace inventory
