#pragma once

#include <ashlar/commands.hpp>
#include <ashlar/host.hpp>

namespace shop {

// `shop import DIR`. The host outlives the command.
ashlar::Command import_command(ashlar::ModuleHost& host);

}  // namespace shop
