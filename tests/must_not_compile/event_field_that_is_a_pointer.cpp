// expect: this type has no JSON form
#include <ashlar/module.hpp>
#include <string>

struct OrderPlaced {
#ifdef CORRECT
  std::string order_id;
#else
  const char* order_id;
#endif
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

void declare(ashlar::Declaration& d) { d.emits<OrderPlaced>(); }
