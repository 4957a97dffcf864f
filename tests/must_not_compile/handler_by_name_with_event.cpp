// page: A handler by name that takes the event
#include <ashlar/envelope.hpp>
#include <ashlar/event_registry.hpp>
#include <string>

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct Basket {
  std::string id;
};

void register_handlers(ashlar::EventRegistry& registry) {
#ifdef CORRECT
  registry.on("orders.order.placed", [](const ashlar::Envelope&) {});
#else
  registry.on("orders.order.placed", [](const OrderPlaced&) {});
#endif
}
