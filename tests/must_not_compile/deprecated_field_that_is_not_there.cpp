// expect: the_event_has_no_member_of_this_name
// also with: clang++
#include <ashlar/module.hpp>
#include <string>

struct OrderPlaced {
  std::string order_id;
  std::string note;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id, note)

void declare(ashlar::Declaration& d);
void declare(ashlar::Declaration& d) {
#ifdef CORRECT
  d.emits<OrderPlaced>().deprecated_field("note", "1.4", "use remark");
#else
  d.emits<OrderPlaced>().deprecated_field("nota", "1.4", "use remark");
#endif
}
