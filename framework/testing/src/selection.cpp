#include "selection.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>

#include "needs.hpp"

namespace ashlar::testing {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool share_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) { return contains(b, name); });
}

}  // namespace

const ModuleFactory& factory_of(std::string_view module, const std::vector<ModuleFactory>& from) {
  std::string known;
  for (const ModuleFactory& factory : from) {
    if (factory.name == module) return factory;
    known += (known.empty() ? "" : ", ") + std::string(factory.name);
  }
  throw Error("there is no module '" + std::string(module) + "' to test" +
              (known.empty() ? ": the list of modules is empty" : "; there are " + known));
}

std::vector<std::string> direct_dependencies(std::string_view module, const std::vector<ModuleFactory>& from,
                                             const std::vector<std::string>& faked_services) {
  const Needs needs = needs_of(*factory_of(module, from).make());
  std::vector<std::string> open;
  for (const std::string& service : needs.services) {
    if (!contains(faked_services, service)) open.push_back(service);
  }
  std::vector<std::string> found;
  for (const ModuleFactory& factory : from) {
    if (factory.name == module) continue;
    if (contains(needs.modules, factory.name) || provides_any(factory, open)) found.emplace_back(factory.name);
  }
  return found;
}

bool provides_any(const ModuleFactory& factory, const std::vector<std::string>& services) {
  return !services.empty() && share_one(needs_of(*factory.make()).provides, services);
}

}  // namespace ashlar::testing
