#pragma once

#include <ashlar/event.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orders {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

struct Line {
  std::string item_id;
  std::int32_t quantity = 0;
  std::int64_t unit_price_cents = 0;
  std::int32_t discount_percent = 0;
};
ASHLAR_STRUCT(Line, item_id, quantity, unit_price_cents, discount_percent)

// An order was accepted and its stock reserved; what stock lacked is back-ordered.
struct OrderPlaced {
  std::string order_id;
  std::string customer_id;
  Time placed_at{};
  std::vector<Line> lines;
  std::optional<std::string> note;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id, customer_id, placed_at, lines, note)

// The order has left the house.
struct OrderShipped {
  std::string order_id;
  std::string customer_id;
  Time shipped_at{};
};
ASHLAR_EVENT(OrderShipped, "orders.order.shipped", 1, order_id, customer_id, shipped_at)

// An order that had not been shipped was given up; its reservation is released, its revenue does not count.
struct OrderCancelled {
  std::string order_id;
  std::string customer_id;
  Time cancelled_at{};
  std::string reason;
  std::vector<Line> lines;
  Time placed_at{};
};
ASHLAR_EVENT(OrderCancelled, "orders.order.cancelled", 1, order_id, customer_id, cancelled_at, reason, lines, placed_at)

}  // namespace orders
