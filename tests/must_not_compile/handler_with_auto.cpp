// expect: a handler is a function or lambda with one signature, whose first parameter is the event.*name the event's type instead of .auto
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
