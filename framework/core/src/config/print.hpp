#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <ashlar/shape.hpp>

namespace ashlar::detail {

// A section and the struct that claimed it.
struct Claim {
  std::string section;
  void* target;
  const Shape* shape;
};

// YAML that reads as the same values, except that every secret is "***".
std::string print_yaml(const std::vector<Claim>& claims);

}  // namespace ashlar::detail
