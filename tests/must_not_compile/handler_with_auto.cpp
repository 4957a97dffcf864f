// page: A handler with `auto`
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
  registry.on([](const OrderPlaced&) {});
#else
  registry.on([](const auto&) {});
#endif
}
