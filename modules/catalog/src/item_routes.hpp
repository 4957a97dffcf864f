#pragma once

#include <ashlar/routes.hpp>

#include "item_book.hpp"

namespace catalog {

// Offers what `book` can do over HTTP; `book` outlives the routes.
void add_routes(ashlar::Routes& routes, ItemBook& book);

}  // namespace catalog
