#pragma once

#include <ashlar/commands.hpp>
#include <ashlar/host.hpp>
#include <ashlar/store/durable_log.hpp>
#include <span>
#include <string>
#include <string_view>

#include "log_commands/log_commands.hpp"

namespace ashlar::ops {

// `describe`, `explain`, `health`, and those of the durable log: which every application has.
void add_built_in_commands(Commands& commands, ModuleHost& host, store::DurableLog& log, const OpenLog& open_log);

// How far a command of every application, by its first word, needs its host: `describe` and `explain` ask only what the
// modules declare, those of the log nothing.
enum class HostNeed { assembled, prepared, started };
HostNeed need_of(std::string_view command);

}  // namespace ashlar::ops
