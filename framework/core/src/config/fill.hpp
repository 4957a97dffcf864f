#pragma once

#include <string>

#include "config/node.hpp"

namespace ashlar::detail {

// Gives `value` what the node says; what it does not mention keeps its value. What is wrong goes to `problems`.
void fill(void* value, const Shape& shape, const Node& node, const std::string& path, Problems& problems);

}  // namespace ashlar::detail
