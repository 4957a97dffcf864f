#pragma once

#include <ashlar/store/database.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "level.hpp"

namespace inventory {

// What one line of an order was promised.
struct Reservation {
  std::int64_t number = 0;  // the older, the lower
  std::string item_id;
  std::int64_t quantity = 0;
  std::int64_t missing = 0;
};

// The rows of the module inventory. Who calls holds the mutex, and a transaction where several calls belong together.
class StockRows {
 public:
  explicit StockRows(ashlar::store::Database& database);

  // Nothing for an item whose stock is not kept.
  std::optional<Level> find(std::string_view item_id);
  void put(const Level& level);

  // Every line that is reserved for an order, also what was shipped.
  std::vector<Reservation> of_order(std::string_view order_id);

  // Those that were not shipped.
  std::vector<Reservation> open_of_order(std::string_view order_id);

  // Open ones of an item that lack units, the oldest first.
  std::vector<Reservation> waiting_for(std::string_view item_id);

  void add(std::string_view order_id, const Reservation& reservation);
  void put_missing(std::int64_t number, std::int64_t missing);
  void close_order(std::string_view order_id);  // is shipped
  void forget_open(std::string_view order_id);

  // False when the id was there already, with the very same content. Throws HttpError 409 for another content.
  bool add_delivery(std::string_view delivery_id, std::string_view item_id, std::int64_t quantity);

 private:
  std::vector<Reservation> reservations(std::string_view where, std::string_view value);

  ashlar::store::Database& database_;
};

}  // namespace inventory
