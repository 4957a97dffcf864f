#pragma once

// Opt-in: prints every described struct and enum with fmt: `fmt::print("{}", order)` -> `OrderPlaced{order_id: "7", ...}`.
// The only header of api/ that needs a library beyond Boost.Describe; include it where you print.

#include <fmt/core.h>

#include <ashlar/shape.hpp>
#include <string>

namespace ashlar {

namespace detail {
std::string to_text(const void* value, const Shape& shape);
}

// The text that fmt prints, for those who do not use fmt. Never throws for a value; secrets are hidden.
template <class T>
std::string to_text(const T& value) {
  return detail::to_text(&value, shape_of<T>);
}

}  // namespace ashlar

template <class T>
requires(ashlar::detail::DescribedRecord<T> || ashlar::detail::DescribedEnum<T>) struct fmt::formatter<T>
    : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const T& value, Context& context) const {
    return fmt::formatter<std::string_view>::format(ashlar::to_text(value), context);
  }
};
