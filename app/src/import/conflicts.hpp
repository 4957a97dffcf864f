#pragma once

#include "import/data_set.hpp"
#include "import/shop.hpp"

namespace shop {

// Throws ashlar::Error where the shop knows a customer, product or order of the data set by the same ID but
// otherwise; nothing of it could then be imported to the end.
void check_against(const DataSet& data, Shop shop);

}  // namespace shop
