#pragma once

#include <ashlar/event_bus.hpp>
#include <ashlar/store/database.hpp>
#include <ashlar/unit_of_work.hpp>
#include <cstdint>
#include <inventory/events.hpp>
#include <inventory/receiving.hpp>
#include <inventory/stock.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stock_rows.hpp"

namespace inventory {

// The rules of the stock. Any thread; refuses with HttpError. `bus` outlives it.
class StockBook final : public Stock, public Receiving {
 public:
  StockBook(ashlar::store::Database database, ashlar::EventBus& bus);

  std::vector<std::int64_t> reserve(std::string_view order_id, const std::vector<Wanted>& wanted) override;
  void release(std::string_view order_id) override;
  std::vector<Wanted> ship(std::string_view order_id) override;

  void open(std::string_view item_id) override;
  StockLevel set_reorder_level(std::string_view item_id, std::int64_t reorder_level) override;
  StockLevel receive(const Delivery& delivery) override;
  std::optional<StockLevel> find(std::string_view item_id) override;

  // Empty, or why the module cannot work.
  std::string health();

 private:
  Level known(std::string_view item_id);
  void put_on_shelf(Level& level, std::int64_t quantity);
  void save(ashlar::UnitOfWork& unit, Level& level);

  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
  StockRows rows_;                    // guarded by mutex_
  ashlar::EventBus& bus_;
};

}  // namespace inventory
