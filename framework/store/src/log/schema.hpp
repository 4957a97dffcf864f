#pragma once

#include <string_view>
#include <vector>

namespace ashlar::store {

// The log's tables, as steps for migrate(): a step that was once released is never changed. docs/storage-format.md says what
// the columns mean.
const std::vector<std::string_view>& log_schema();

}  // namespace ashlar::store
