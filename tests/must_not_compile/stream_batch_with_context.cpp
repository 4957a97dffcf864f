// expect: a batch handler takes
#include <ashlar/envelope.hpp>
#include <ashlar/event_registry.hpp>
#include <string>

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct OrderCancelled {
  std::string order_id;
};
ASHLAR_EVENT(OrderCancelled, "orders.order.cancelled", 1, order_id)

struct Basket {
  std::string id;
};

void register_handlers(ashlar::EventRegistry& registry) {
#ifdef CORRECT
  registry.stream("audit").on([](std::span<const ashlar::DeliveryOf<OrderPlaced>>) {});
#else
  registry.stream("audit").on([](std::span<const ashlar::DeliveryOf<OrderPlaced>>, const ashlar::EventContext&) {});
#endif
}
