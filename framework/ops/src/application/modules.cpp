#include "application/modules.hpp"

#include <algorithm>
#include <ashlar/commands.hpp>
#include <ashlar/errors.hpp>

#include "text/nearest.hpp"

namespace ashlar::ops {
namespace {

void check_names(const std::vector<std::string>& chosen, const std::vector<ModuleFactory>& modules) {
  std::vector<std::string> names;
  for (const ModuleFactory& module : modules) names.emplace_back(module.name);
  for (const std::string& name : chosen) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string hint = did_you_mean(name, names);
    if (hint.empty()) {
      hint = "; there are ";
      for (const std::string& known : names) hint += (&known == names.data() ? "" : ",") + known;
    }
    throw UsageError("--modules: there is no module '" + name + "'" + hint);
  }
}

}  // namespace

void add_modules(ModuleHost& host, std::vector<ModuleFactory> modules,
                 const std::optional<std::vector<std::string>>& chosen) {
  // In one order, so that `describe` says the same whatever the order of the list.
  std::sort(modules.begin(), modules.end(),
            [](const ModuleFactory& a, const ModuleFactory& b) { return a.name < b.name; });
  if (chosen) check_names(*chosen, modules);
  for (const ModuleFactory& module : modules) {
    if (!chosen || std::find(chosen->begin(), chosen->end(), module.name) != chosen->end()) {
      host.add(module);
    } else {
      host.leave_out(module);
    }
  }
}

}  // namespace ashlar::ops
