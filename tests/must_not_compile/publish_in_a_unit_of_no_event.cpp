// expect: publish\(\) takes an event: describe its type with ASHLAR_EVENT
#include <ashlar/event_bus.hpp>
#include <ashlar/unit_of_work.hpp>
#include <string>

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct Basket {
  std::string id;
};

void publish(ashlar::EventBus& bus, ashlar::UnitOfWork& unit) {
#ifdef CORRECT
  bus.publish(unit, OrderPlaced{"7"});
#else
  bus.publish(unit, Basket{"7"});
#endif
}
