#pragma once

#include <ashlar/module.hpp>
#include <string>
#include <vector>

namespace ashlar::detail {

// The references and patterns that a module registers handlers for, in its order. None of the handlers is kept.
std::vector<std::string> handled_by(Module& module);

}  // namespace ashlar::detail
