// expect: note\W? is deprecated: use remark
// also with: clang++
#include <ashlar/module.hpp>
#include <optional>
#include <string>

namespace orders {

ASHLAR_DEPRECATED_BEGIN
struct OrderPlaced {
  std::string order_id;
  [[deprecated("use remark")]] std::optional<std::string> note{};
  std::optional<std::string> remark{};
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id, note, remark)
ASHLAR_DEPRECATED_END

}  // namespace orders

void declare(ashlar::Declaration& d);
void declare(ashlar::Declaration& d) {
  d.emits<orders::OrderPlaced>().key(&orders::OrderPlaced::order_id).deprecated_field("note", "1.4", "use remark");
}

void register_handlers(ashlar::EventRegistry& registry);
void register_handlers(ashlar::EventRegistry& registry) {
  registry.on([](const orders::OrderPlaced& e) {
    const orders::OrderPlaced copy = e;
#ifdef CORRECT
    if (copy == e) return copy.remark.has_value();
#else
    if (copy == e) return copy.note.has_value();
#endif
    return false;
  });
}
