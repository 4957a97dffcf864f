#include "stand_ins.hpp"

#include <algorithm>
#include <map>

namespace ashlar::testing {
namespace {

std::string free_name(std::string name, const std::vector<std::string>& taken) {
  while (std::find(taken.begin(), taken.end(), name) != taken.end()) name += "_stand_in";
  return name;
}

}  // namespace

std::vector<std::unique_ptr<Module>> stand_ins(const std::vector<detail::Fake>& fakes,
                                               const std::vector<detail::StandInEvent>& events,
                                               const std::vector<std::string>& taken) {
  std::map<std::string, std::unique_ptr<StandIn>> by_name;
  const auto named = [&](const std::string& wanted) -> StandIn& {
    const std::string name = free_name(wanted, taken);
    auto& found = by_name[name];
    if (!found) found = std::make_unique<StandIn>(name);
    return *found;
  };
  for (const auto& fake : fakes) named("fakes").add(fake);
  for (const auto& event : events) named(event.module).add(event);
  std::vector<std::unique_ptr<Module>> modules;
  for (auto& [name, module] : by_name) modules.push_back(std::move(module));
  return modules;
}

}  // namespace ashlar::testing
