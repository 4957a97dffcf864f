// page: A member of a type that has no JSON form
#include <ashlar/module.hpp>
#include <string>
#include <vector>

struct Line {
  std::string sku;
};
#ifdef CORRECT
ASHLAR_STRUCT(Line, sku)
#else
bool operator==(const Line&, const Line&);
#endif

struct OrderPlaced {
  std::vector<Line> lines;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, lines)

void declare(ashlar::Declaration& d) { d.emits<OrderPlaced>(); }
