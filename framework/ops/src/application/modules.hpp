#pragma once

#include <ashlar/host.hpp>
#include <ashlar/module.hpp>
#include <optional>
#include <string>
#include <vector>

namespace ashlar::ops {

// Gives the host the `chosen` modules, or all; it knows the others as left out. Throws UsageError for a name that no module
// has.
void add_modules(ModuleHost& host, std::vector<ModuleFactory> modules,
                 const std::optional<std::vector<std::string>>& chosen);

}  // namespace ashlar::ops
