// What a class that publishes includes.
#include <ashlar/event_bus.hpp>
#include <string>
#include <vector>

namespace shop {

struct Line {
  std::string item_id;
  int quantity = 0;
};
ASHLAR_STRUCT(Line, item_id, quantity)

struct OrderPlaced {
  std::string order_id;
  std::vector<Line> lines;
};
ASHLAR_EVENT(OrderPlaced, "shop.order.placed", 1, order_id, lines)

void place(ashlar::EventBus& bus, const OrderPlaced& order) { bus.publish(order); }

}  // namespace shop
