#pragma once

#include <ashlar/module.hpp>
#include <string>
#include <vector>

namespace ashlar::testing {

// What a module declares of services and modules, read without a host.
struct Needs {
  std::vector<std::string> services;
  std::vector<std::string> modules;
  std::vector<std::string> provides;
};

Needs needs_of(Module& module);

}  // namespace ashlar::testing
