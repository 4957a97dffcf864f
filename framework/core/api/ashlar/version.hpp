#pragma once

#include <string_view>

namespace ashlar {

// The framework's version, as in "0.1.0".
std::string_view version() noexcept;

}  // namespace ashlar
