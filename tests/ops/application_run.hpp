#pragma once

#include <ashlar/application.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "application/temporary_folder.hpp"
#include "small_shop.hpp"

// A run of an application inside the test.
struct ApplicationRun {
  ashlar::Application application{.name = "shop",
                                  .summary = "A small shop.",
                                  .version = "1.2.3",
                                  .modules = small_shop::modules(),
                                  .examples = {"place 17 --loud"}};
  std::map<std::string, std::string> environment{};
  ashlar::ops::TemporaryFolder folder{};
  std::ostringstream out{};
  std::ostringstream err{};

  // Returns the exit code. --data is given unless the arguments do.
  int operator()(std::vector<std::string> arguments) {
    out.str("");
    err.str("");
    if (std::find(arguments.begin(), arguments.end(), "--data") == arguments.end()) {
      arguments.insert(arguments.begin(), {"--data", (folder.path() / "data").string()});
    }
    return ashlar::run_application(arguments, application,
                                   {.out = out, .err = err, .environment = [this](std::string_view name) {
                                      const auto found = environment.find(std::string(name));
                                      return found == environment.end() ? std::nullopt
                                                                        : std::optional<std::string>(found->second);
                                    }});
  }
};

inline bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
