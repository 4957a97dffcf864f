#pragma once

#include <ashlar/store/database.hpp>
#include <catalog/items.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace catalog {

// An item with the price it was added at.
struct StoredItem {
  Item item;
  std::int64_t first_price_cents = 0;
};

// The rows of the module catalog. Any thread; each call happens as one.
class ItemStore {
 public:
  explicit ItemStore(ashlar::store::Database database);

  // Returns what has the id already; nothing when the item was added.
  std::optional<StoredItem> add(const Item& item);

  // Returns the item as it was before; nothing when there is none.
  std::optional<Item> put_price(std::string_view item_id, std::int64_t price_cents);

  std::optional<Item> find(std::string_view item_id);
  std::vector<Item> list(std::string_view after, int limit);

  // Throws when the file cannot be read.
  void check();

 private:
  std::optional<StoredItem> stored(std::string_view item_id);

  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
};

}  // namespace catalog
