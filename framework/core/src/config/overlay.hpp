#pragma once

#include <map>
#include <string>
#include <string_view>

#include "config/node.hpp"

namespace ashlar::detail {

// The environment laid over a section: `PREFIX_SECTION_KEY` for every value that its shape has, and for the entries that
// its maps have so far. Lists and maps can be given whole, as YAML.
class EnvironmentOverlay {
 public:
  EnvironmentOverlay(std::string_view prefix, Configuration::Environment environment)
      : prefix_(prefix), environment_(std::move(environment)) {}

  void apply(Node& section, const Shape& shape, const std::string& path, Problems& problems);

 private:
  void apply(Node& node, const Shape& shape, const std::string& path, const std::string& name, Problems& problems);
  void child(Node& node, std::string_view key, const Shape& shape, const std::string& path, const std::string& name,
             Problems& problems);

  std::string prefix_;
  Configuration::Environment environment_;
  std::map<std::string, std::string> meanings_;  // the path that a name which is set stands for
};

// One override from the command line.
struct Setting {
  std::vector<std::string> path;  // from the section on
  std::string value;
  Origin origin;
};

// Lays a setting over its section. A key that the shape does not have is added as well, for the check to find.
void apply(const Setting& setting, Node& section, const Shape& shape, Problems& problems);

}  // namespace ashlar::detail
