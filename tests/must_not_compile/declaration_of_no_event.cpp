// page: Declaring what is no event
#include <ashlar/module.hpp>
#include <ashlar/subscription.hpp>
#include <string>

struct OrderPlaced {
  std::string order_id;
};
#ifdef CORRECT
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)
#else
ASHLAR_STRUCT(OrderPlaced, order_id)
#endif

void declare(ashlar::Declaration& d) { d.emits<OrderPlaced>(); }
