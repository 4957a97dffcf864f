#pragma once

#include <ashlar/event.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catalog {

struct Item {
  std::string item_id;
  std::string name;
  std::string description;
  std::int64_t price_cents = 0;
  bool discontinued = false;
};
ASHLAR_STRUCT(Item, item_id, name, description, price_cents, discontinued)

struct NewItem {
  std::optional<std::string> item_id{};  // empty: one is made up
  std::string name;
  std::string description{};
  std::int64_t price_cents = 0;
  bool discontinued = false;
};

struct AddedItem {
  Item item;
  bool is_new = true;  // false: the very same item was there already, and nothing was published
};

// Where items are added and changed; a service of the module catalog. Any thread. What cannot be done is refused with an
// exception that says why, and changes nothing.
class Items {
 public:
  virtual ~Items() = default;

  // An item whose id is given may be added again as it was added first; a price changed since then stays. Publishes
  // ItemAdded.
  virtual AddedItem add(const NewItem& item) = 0;

  // Publishes PriceChanged, unless that is the price already.
  virtual Item change_price(std::string_view item_id, std::int64_t price_cents) = 0;

  virtual std::optional<Item> find(std::string_view item_id) = 0;

  // In order of id, those behind `after` (empty: from the first).
  virtual std::vector<Item> list(std::string_view after, int limit) = 0;
};

}  // namespace catalog
