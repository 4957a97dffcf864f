#pragma once

#include <ashlar/event_bus.hpp>
#include <ashlar/store/database.hpp>
#include <loyalty/points.hpp>
#include <mutex>
#include <orders/events.hpp>
#include <users/registration.hpp>

#include "options.hpp"

namespace loyalty {

// Who has earned how many points. An order counts once, however often it is heard of. Any thread.
class Book final : public Points {
 public:
  Book(ashlar::store::Database database, ashlar::EventBus& bus, users::Registration& users, const Options& options);

  // Publishes PointsEarned and, once for each customer, GoldReached. Who is not registered earns nothing.
  void earn(const orders::OrderPlaced& order);

  std::int64_t of(std::string_view customer_id) override;

 private:
  std::int64_t sum_of(std::string_view customer_id);

  ashlar::EventBus& bus_;
  users::Registration& users_;
  const Options& options_;
  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
};

}  // namespace loyalty
