// page: Subscribing to what is no event
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

[[nodiscard]] ashlar::Subscription watch(ashlar::LiveEvents& live) {
  return live.subscribe<OrderPlaced>([](const OrderPlaced&) {});
}
