#pragma once

#include <string_view>

namespace ashlar::detail {

// `orders::Line` without its namespaces: `Line`.
constexpr std::string_view short_name(std::string_view type_name) {
  const std::size_t colon = type_name.rfind(':');
  return colon == type_name.npos ? type_name : type_name.substr(colon + 1);
}

}  // namespace ashlar::detail
