#pragma once

#include <string>
#include <string_view>

namespace audit {

// The SHA-256 of `bytes` as 64 hexadecimal digits, lower case.
std::string sha256(std::string_view bytes);

}  // namespace audit
