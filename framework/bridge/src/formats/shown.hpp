#pragma once

#include <string>
#include <string_view>

namespace ashlar::bridge {

// Text from outside for an error: in quotes, on one line, cut when it is long.
std::string shown(std::string_view text);

}  // namespace ashlar::bridge
