#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "import/data_set.hpp"
#include "import/shop.hpp"

namespace shop {

// How many there were, or how many of them were new.
struct Tally {
  std::size_t users = 0;
  std::size_t items = 0;
  std::size_t orders = 0;
  std::size_t lines = 0;
  std::size_t shipped = 0;

  friend bool operator==(const Tally&, const Tally&) = default;
};

// `91 users, 77 items, 830 orders with 2,155 lines, 809 shipped`.
std::string to_string(const Tally& tally);

Tally count(const DataSet& data);

// Called after each step.
using OnProgress = std::function<void(std::size_t done, std::size_t total)>;

// Lets happen what the data set tells: users and items first, then orders and shipments in order of date. What has
// happened already is passed over, so that an import that was interrupted is finished by repeating it. Returns what was
// new.
Tally play(const DataSet& data, Shop shop, const OnProgress& on_progress);

}  // namespace shop
