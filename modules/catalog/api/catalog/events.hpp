#pragma once

#include <ashlar/event.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace catalog {

// An item can be ordered from now on.
struct ItemAdded {
  std::string item_id;
  std::string name;
  std::string description;
  std::int64_t price_cents = 0;
  bool discontinued = false;
};
ASHLAR_EVENT(ItemAdded, "catalog.item.added", 1, item_id, name, description, price_cents, discontinued)

// The item's price for orders to come; orders placed keep theirs.
struct PriceChanged {
  std::string item_id;
  std::int64_t old_price_cents = 0;
  std::int64_t new_price_cents = 0;
};
ASHLAR_EVENT(PriceChanged, "catalog.item.price_changed", 1, item_id, old_price_cents, new_price_cents)

}  // namespace catalog
