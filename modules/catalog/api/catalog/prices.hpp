#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace catalog {

struct Price {
  std::int64_t cents = 0;
  bool discontinued = false;  // no longer sold
};

// What an item costs now; a service of the module catalog. Any thread.
class Prices {
 public:
  virtual ~Prices() = default;

  // Nothing for an item that does not exist.
  virtual std::optional<Price> find_price(std::string_view item_id) = 0;
};

}  // namespace catalog
