#pragma once

#include <ashlar/routes.hpp>

#include "stock_book.hpp"

namespace inventory {

// Offers what `book` can do over HTTP; `book` outlives the routes.
void add_routes(ashlar::Routes& routes, StockBook& book);

}  // namespace inventory
