#pragma once

#include <ashlar/module.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::testing {

// Throws Error, which names the modules that are there, for one that is not.
const ModuleFactory& factory_of(std::string_view module, const std::vector<ModuleFactory>& from);

// The modules that `module` needs itself, by service or by name.
std::vector<std::string> direct_dependencies(std::string_view module, const std::vector<ModuleFactory>& from,
                                             const std::vector<std::string>& faked_services);

// Whether the module provides one of the services.
bool provides_any(const ModuleFactory& factory, const std::vector<std::string>& services);

}  // namespace ashlar::testing
