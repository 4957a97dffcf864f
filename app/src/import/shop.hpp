#pragma once

#include <catalog/items.hpp>
#include <inventory/receiving.hpp>
#include <orders/orders.hpp>
#include <users/registration.hpp>

namespace shop {

// The modules that an import speaks to; they outlive it.
struct Shop {
  users::Registration& users;
  catalog::Items& items;
  inventory::Receiving& receiving;
  orders::Orders& orders;
};

}  // namespace shop
