#pragma once

#include <ashlar/event.hpp>
#include <cstdint>
#include <optional>
#include <orders/events.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace orders {

// placing, shipping, cancelling: begun, and finished at the next start if it was interrupted.
enum class Status { placing, placed, shipping, shipped, cancelling, cancelled };
ASHLAR_ENUM(Status, placing, placed, shipping, shipped, cancelling, cancelled)

struct Order {
  std::string order_id;
  std::string customer_id;
  Status status = Status::placing;
  Time placed_at{};
  std::vector<Line> lines;
  std::optional<std::string> note;
  std::optional<Time> shipped_at;
  std::optional<Time> cancelled_at;
  std::optional<std::string> cancel_reason;
};
ASHLAR_STRUCT(Order, order_id, customer_id, status, placed_at, lines, note, shipped_at, cancelled_at, cancel_reason)

struct NewLine {
  std::string item_id;
  std::int32_t quantity = 0;
  std::optional<std::int64_t> unit_price_cents{};  // empty: what the catalog says now, and only while it is sold
  std::int32_t discount_percent = 0;
};

struct NewOrder {
  std::optional<std::string> order_id{};  // empty: one is made up
  std::string customer_id;
  std::optional<Time> placed_at{};  // empty: now
  std::vector<NewLine> lines;
  std::optional<std::string> note{};
};

struct Placement {
  Order order;
  bool is_new = true;                 // false: the very same order was there already, and nothing was published
  std::vector<std::int64_t> missing;  // units that are owed, for each line
};

struct Change {
  Order order;
  bool is_new = true;  // false: it was so already, and nothing was published
};

// Where orders are placed, shipped and cancelled; a service of the module orders. Any thread. What cannot be done is refused
// with an exception that says why, and changes nothing.
class Orders {
 public:
  virtual ~Orders() = default;

  // An order whose id is given may be placed again with the same content. Publishes OrderPlaced.
  virtual Placement place(const NewOrder& order) = 0;

  // Refused while units are owed to the order. Publishes OrderShipped.
  virtual Change ship(std::string_view order_id, std::optional<Time> shipped_at = {}) = 0;

  // Refused once it is shipped. Publishes OrderCancelled.
  virtual Change cancel(std::string_view order_id, std::string_view reason) = 0;

  virtual std::optional<Order> find(std::string_view order_id) = 0;
};

}  // namespace orders
