#include "level.hpp"

#include <algorithm>
#include <utility>

namespace inventory {

std::int64_t Level::take(std::int64_t quantity) {
  const std::int64_t taken = std::min(quantity, stock.on_hand);
  stock.on_hand -= taken;
  stock.reserved += taken;
  stock.owed += quantity - taken;
  return quantity - taken;
}

void Level::hand_over(std::int64_t quantity) {
  stock.on_hand -= quantity;
  stock.reserved += quantity;
  stock.owed -= quantity;
}

bool Level::has_begun_to_run_low() {
  const bool was_low = std::exchange(is_low, stock.on_hand < stock.reorder_level);
  return is_low && !was_low;
}

}  // namespace inventory
