#pragma once

#include <cstdint>
#include <string>

#include "log_commands/log_commands.hpp"

namespace ashlar::ops {

// What becomes of dead letters by hand.
enum class Disposal { retry, discard };

// `dead-letters retry` or `dead-letters discard`: of one, of a group, of a consumer's, or of all.
void add_disposal(Commands& commands, const OpenLog& open, Disposal disposal);

std::string no_such_letter(std::int64_t number);

}  // namespace ashlar::ops
