#pragma once

#include <ashlar/commands.hpp>
#include <ashlar/store/durable_log.hpp>

namespace ashlar::ops {

// `rebuild`: fills projections anew, inside a host that runs.
void add_rebuild_command(Commands& commands, store::DurableLog& log);

}  // namespace ashlar::ops
