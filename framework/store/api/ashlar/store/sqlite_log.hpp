#pragma once

#include <ashlar/store/log_store.hpp>
#include <ashlar/store/store.hpp>
#include <memory>

namespace ashlar::store {

// The log in the file of `store`, which outlives it. Its tables begin with `ashlar_`; docs/storage-format.md describes them.
// Throws Error where the file is damaged, locked for longer than 5 seconds, or of a newer version; an older one is migrated.
std::unique_ptr<LogStore> make_sqlite_log(Store& store);

}  // namespace ashlar::store
