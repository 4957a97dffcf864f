#pragma once

#include <ashlar/event.hpp>
#include <cstdint>
#include <string>

namespace inventory {

// An item's stock fell below its reorder level; published once until it has risen again.
struct StockRunningLow {
  std::string item_id;
  std::int64_t on_hand = 0;
  std::int64_t reorder_level = 0;
};
ASHLAR_EVENT(StockRunningLow, "inventory.stock.running_low", 1, item_id, on_hand, reorder_level)

// An order asked for more than there was; the missing units are owed to it.
struct StockBackOrdered {
  std::string order_id;
  std::string item_id;
  std::int64_t missing = 0;
};
ASHLAR_EVENT(StockBackOrdered, "inventory.stock.back_ordered", 1, order_id, item_id, missing)

}  // namespace inventory
