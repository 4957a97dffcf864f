#pragma once

#include "import/data_set.hpp"
#include "import/shop.hpp"

namespace shop {

// The data set's words in those of the modules.
users::NewUser new_user(const Customer& customer);
catalog::NewItem new_item(const Product& product);
orders::NewOrder new_order(const Order& order);

}  // namespace shop
