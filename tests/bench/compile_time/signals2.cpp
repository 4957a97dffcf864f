// The same with a Boost.Signals2 signal.
#include <boost/signals2.hpp>
#include <string>
#include <vector>

namespace shop {

struct Line {
  std::string item_id;
  int quantity = 0;
};

struct OrderPlaced {
  std::string order_id;
  std::vector<Line> lines;
};

using OrderPlacedSignal = boost::signals2::signal<void(const OrderPlaced&)>;

void place(OrderPlacedSignal& signal, const OrderPlaced& order) { signal(order); }

}  // namespace shop
