// expect: a stream handler takes the event by const reference
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
  registry.stream("audit").on([](const OrderPlaced&, ashlar::Delivery&) {});
#else
  registry.stream("audit").on([](const OrderPlaced&, int) {});
#endif
}
