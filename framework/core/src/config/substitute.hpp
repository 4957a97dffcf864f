#pragma once

#include <ashlar/configuration.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::detail {

// A scalar after `${NAME}` and `${NAME:-default}` were replaced and `$${` was made `${`.
struct Substituted {
  std::string text;
  bool replaced = false;           // something came from the environment or a default
  bool from_environment = false;   // a name that is set took part
  std::vector<std::string> unset;  // names that are neither set nor have a default
  std::string problem;             // why this cannot be read; empty if it can
};

// Stops where the result is past `limit` bytes.
Substituted substitute(std::string_view text, const Configuration::Environment& environment, std::size_t limit);

}  // namespace ashlar::detail
