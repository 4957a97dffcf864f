#pragma once

#include <ashlar/store/database.hpp>
#include <ashlar/unit_of_work.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <orders/orders.hpp>
#include <string_view>
#include <vector>

namespace orders {

// As rows and errors say it: `placed`.
std::string_view word_of(Status status);

// The rows of the module orders. Any thread; each call happens as one.
class OrderStore {
 public:
  explicit OrderStore(ashlar::store::Database database);

  // Returns the order that has the id already; nothing when this one was added.
  std::optional<Order> add(const Order& order);

  // Each of these is false, and changes nothing, when the order's status is another one.
  bool remove(std::string_view order_id);  // that is still being placed
  bool begin_shipping(std::string_view order_id, Time shipped_at);
  bool take_back_shipping(std::string_view order_id);
  bool begin_cancelling(std::string_view order_id, Time cancelled_at, std::string_view reason);

  // The same, and what `publish` publishes is part of the commit.
  using Publish = std::function<void(ashlar::UnitOfWork& unit)>;
  bool advance(std::string_view order_id, Status from, Status to, const Publish& publish);

  std::optional<Order> find(std::string_view order_id);

  // Orders that something was begun with and not finished, the oldest first.
  std::vector<Order> unfinished();

  // Throws when the file cannot be read.
  void check();

 private:
  std::optional<Order> stored(std::string_view order_id);

  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
};

}  // namespace orders
