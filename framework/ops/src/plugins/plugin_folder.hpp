#pragma once

#include <ashlar/log.hpp>
#include <ashlar/module.hpp>
#include <filesystem>
#include <vector>

namespace ashlar::ops {

// Loads every *.so of `folder`, in order of name, and adds its module to `modules`, which are part of the application. Looks at
// all of them before code of any runs; throws Error with every problem, each with the file and what to do. What was loaded
// stays until the process ends: the objects of a module may outlive its host, and so does its code.
void load_plugins(const std::filesystem::path& folder, std::vector<ModuleFactory>& modules, const Log& log);

}  // namespace ashlar::ops
