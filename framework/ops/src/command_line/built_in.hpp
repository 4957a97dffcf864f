#pragma once

#include <ashlar/commands.hpp>
#include <ashlar/host.hpp>
#include <span>
#include <string>
#include <string_view>

namespace ashlar::ops {

// `describe`, `explain` and `health`, which every application has.
void add_built_in_commands(Commands& commands, ModuleHost& host);

// How far a command needs its host: `describe` and `explain` ask only what the modules declare.
enum class HostNeed { prepared, started };
HostNeed need_of(std::string_view command);

}  // namespace ashlar::ops
