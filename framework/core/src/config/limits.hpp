#pragma once

#include <cstddef>
#include <string_view>

namespace ashlar::detail {

// What a configuration may have at most, in each document and each override.
inline constexpr std::size_t most_bytes = 1024 * 1024;
inline constexpr std::size_t most_text = 1024 * 1024;  // of keys and values, aliases and variables counted
inline constexpr std::size_t most_key_bytes = 200;
inline constexpr int most_levels = 64;
inline constexpr int most_values = 100'000;  // aliases counted

inline constexpr std::string_view too_much = ", more than a configuration may have";

}  // namespace ashlar::detail
