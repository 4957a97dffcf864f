#pragma once

#include <ashlar/store/database.hpp>
#include <catalog/items.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace catalog {

// An item with the price it was added at.
struct StoredItem {
  Item item;
  std::int64_t first_price_cents = 0;
};

// The rows of the module catalog. Who calls holds the mutex, and a transaction where several calls belong together.
class ItemRows {
 public:
  explicit ItemRows(ashlar::store::Database& database);

  std::optional<StoredItem> find(std::string_view item_id);
  std::vector<Item> list(std::string_view after, int limit);

  void add(const Item& item);
  void put_price(std::string_view item_id, std::int64_t price_cents);

 private:
  ashlar::store::Database& database_;
};

}  // namespace catalog
