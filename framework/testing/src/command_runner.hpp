#pragma once

#include <ashlar/commands.hpp>
#include <ashlar/testing/reply.hpp>
#include <string>
#include <vector>

namespace ashlar::testing {

// Runs one of the commands as the command line would: {"revenue", "--by", "month"}. What it throws becomes its exit code.
CommandResult run_command(const std::vector<Command>& commands, const std::vector<std::string>& words);

}  // namespace ashlar::testing
