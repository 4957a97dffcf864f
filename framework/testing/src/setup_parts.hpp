#pragma once

#include <algorithm>
#include <ashlar/testing/setup.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ashlar::testing {

enum class DirectDependencies { stay_out, come_along };

struct Setup::Parts {
  std::vector<ModuleFactory> from;
  std::vector<std::string> wanted;                                 // of `from`
  DirectDependencies dependencies = DirectDependencies::stay_out;  // of the first that is wanted
  std::vector<std::string> unwanted;
  std::vector<std::unique_ptr<Module>> modules;
  std::vector<detail::Fake> fakes;
  std::vector<detail::StandInEvent> events;
  std::string configuration;
  std::vector<std::pair<std::string, std::string>> values;
  std::vector<std::function<void(HostOptions&)>> changes;
  bool real_time = false;

  // Whether the test provides it itself.
  bool fakes_service(std::string_view service) const {
    return std::any_of(fakes.begin(), fakes.end(), [&](const detail::Fake& fake) { return fake.service == service; });
  }

  // Everything that the host gets: the wanted modules, the test's own, and stand-ins for what is missing.
  std::vector<std::unique_ptr<Module>> take_modules();
};

}  // namespace ashlar::testing
