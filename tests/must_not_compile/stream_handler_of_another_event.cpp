// expect: the handler.s first parameter is the event that on_stream<>..? names
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
  registry.on_stream<OrderPlaced>("audit", {}, [](const OrderPlaced&) {});
#else
  registry.on_stream<OrderPlaced>("audit", {}, [](const OrderCancelled&) {});
#endif
}
