#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event_bus.hpp>
#include <ashlar/store/database.hpp>
#include <catalog/items.hpp>
#include <catalog/prices.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "item_rows.hpp"

namespace catalog {

// The rules of the catalog. Any thread; refuses with HttpError. `bus` and `clock` outlive it.
class ItemBook final : public Items, public Prices {
 public:
  ItemBook(ashlar::store::Database database, ashlar::EventBus& bus, ashlar::Clock& clock);

  AddedItem add(const NewItem& item) override;
  Item change_price(std::string_view item_id, std::int64_t price_cents) override;
  std::optional<Item> find(std::string_view item_id) override;
  std::vector<Item> list(std::string_view after, int limit) override;
  std::optional<Price> find_price(std::string_view item_id) override;

  // Empty, or why the module cannot work.
  std::string health();

 private:
  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
  ItemRows rows_;                     // guarded by mutex_
  ashlar::EventBus& bus_;
  ashlar::Clock& clock_;
};

}  // namespace catalog
