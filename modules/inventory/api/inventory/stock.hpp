#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inventory {

struct Wanted {
  std::string item_id;
  std::int64_t quantity = 0;
};

// The stock as orders see it; a service of the module inventory. Any thread. Each call is one commit, and harmless when
// made again: who was interrupted repeats it.
class Stock {
 public:
  virtual ~Stock() = default;

  // Sets units aside for an order. What there is not is owed to it, and set aside when it is received or released by
  // others, the oldest order first. Returns how many are owed, for each of `wanted`; at a repetition as they are now.
  // Publishes StockBackOrdered for what is owed, and StockRunningLow.
  virtual std::vector<std::int64_t> reserve(std::string_view order_id, const std::vector<Wanted>& wanted) = 0;

  // Gives back what was set aside for an order.
  virtual void release(std::string_view order_id) = 0;

  // What was set aside for an order leaves the house. Where units are still owed nothing leaves, and what is owed is
  // returned.
  virtual std::vector<Wanted> ship(std::string_view order_id) = 0;
};

}  // namespace inventory
