#pragma once

#include <ashlar/routes.hpp>

#include "order_book.hpp"

namespace orders {

// Offers what `book` can do over HTTP; `book` outlives the routes.
void add_routes(ashlar::Routes& routes, OrderBook& book);

}  // namespace orders
