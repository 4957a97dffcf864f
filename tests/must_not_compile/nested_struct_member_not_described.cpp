// expect: a member of Line is not described: list every member, in order
#include <ashlar/event.hpp>
#include <string>
#include <vector>

struct Line {
  std::string sku;
  int quantity = 0;
};
#ifdef CORRECT
ASHLAR_STRUCT(Line, sku, quantity)
#else
ASHLAR_STRUCT(Line, sku)
#endif

struct OrderPlaced {
  std::vector<Line> lines;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, lines)
