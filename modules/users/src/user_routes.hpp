#pragma once

#include <ashlar/routes.hpp>

#include "user_book.hpp"

namespace users {

// Offers what `book` can do over HTTP; `book` outlives the routes.
void add_routes(ashlar::Routes& routes, UserBook& book);

}  // namespace users
