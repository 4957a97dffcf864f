#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ashlar::detail {

// `; did you mean max_lines?`, or nothing where no name is near enough to `wrong` to be meant.
std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> names);

// The same, or `; known: a, b` where no name is near enough and they are few enough to be read.
std::string meant_or_known(std::string_view wrong, std::span<const std::string_view> names);

}  // namespace ashlar::detail
