#pragma once

#include <string>
#include <string_view>

namespace ashlar::ops {

// `text` such that it stays on its line and cannot steer a terminal: control characters become escapes, bytes that are not
// UTF-8 become U+FFFD.
std::string printable(std::string_view text);

}  // namespace ashlar::ops
