#pragma once

#include <ashlar/event.hpp>
#include <cstdint>
#include <string>

namespace loyalty {

// A customer earned points with an order.
struct PointsEarned {
  std::string customer_id;
  std::string order_id;
  std::int64_t points = 0;
};
ASHLAR_EVENT(PointsEarned, "loyalty.points.earned", 1, customer_id, order_id, points)

// A customer has, for the first time, as many points as it takes to be a gold customer.
struct GoldReached {
  std::string customer_id;
  std::int64_t points = 0;
};
ASHLAR_EVENT(GoldReached, "loyalty.gold.reached", 1, customer_id, points)

}  // namespace loyalty
