#pragma once

#include <ashlar/store/database.hpp>
#include <string_view>
#include <vector>

namespace ashlar::store {

// Brings the tables of `module` to the newest form: runs those of `steps` that this file has not seen, in order, all or
// none. A step that was once released is never changed; what is new becomes a new step at the end. A module's tables
// begin with its name (`orders_line`). Throws Error when a step fails, and when the file has seen more steps than there
// are.
void migrate(Database& database, std::string_view module, const std::vector<std::string_view>& steps);

}  // namespace ashlar::store
