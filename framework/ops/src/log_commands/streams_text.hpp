#pragma once

#include <ashlar/store/log_store.hpp>
#include <string>

namespace ashlar::ops {

// What the log holds, and for each consumer how far it is.
std::string streams_text(store::LogStore& log);

// {"log": {"first", "last", "count", "bytes"}, "consumers": [{"name", "events", "position", "lag", …}]}
std::string streams_json(store::LogStore& log);

}  // namespace ashlar::ops
