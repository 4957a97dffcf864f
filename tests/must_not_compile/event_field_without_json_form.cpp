// expect: the type of this field has no JSON form: describe a struct with ASHLAR_STRUCT, an enum with ASHLAR_ENUM
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
