#pragma once

#include <ashlar/event.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inventory {

struct StockLevel {
  std::string item_id;
  std::int64_t on_hand = 0;   // free for orders to come
  std::int64_t reserved = 0;  // set aside for orders
  std::int64_t owed = 0;      // that orders still wait for
  std::int64_t reorder_level = 0;
};
ASHLAR_STRUCT(StockLevel, item_id, on_hand, reserved, owed, reorder_level)

struct Delivery {
  std::optional<std::string> delivery_id{};  // given: the same delivery is received once, however often it is told
  std::string item_id;
  std::int64_t quantity = 0;
};

// The stock as the warehouse sees it; a service of the module inventory. Any thread. What cannot be done is refused with an
// exception that says why, and changes nothing.
class Receiving {
 public:
  virtual ~Receiving() = default;

  // Begins to keep stock of an item, with none on hand; harmless when it is kept already. Items that catalog adds while
  // inventory runs are opened by themselves.
  virtual void open(std::string_view item_id) = 0;

  // Below it stock runs low, which is published (StockRunningLow) once until it has risen again.
  virtual StockLevel set_reorder_level(std::string_view item_id, std::int64_t reorder_level) = 0;

  // Orders that wait for the item get theirs first, the oldest first.
  virtual StockLevel receive(const Delivery& delivery) = 0;

  virtual std::optional<StockLevel> find(std::string_view item_id) = 0;
};

}  // namespace inventory
