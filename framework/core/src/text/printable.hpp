#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ashlar::detail {

inline constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

// Appends `text` such that it stays on its line, cannot steer a terminal and is UTF-8: control characters, line
// separators, marks that turn the direction of writing and bytes that are not UTF-8 become escapes. Past `limit` bytes
// it ends in "…". With `quote`, that character and the backslash are escaped as well.
void append_printable(std::string& out, std::string_view text, std::size_t limit = no_limit, char quote = '\0');

std::string printable(std::string_view text, std::size_t limit = no_limit);

// The same between double quotes.
std::string quoted(std::string_view text, std::size_t limit = no_limit);

// How much of a wrong value an error shows.
inline constexpr std::size_t shown_of_a_value = 80;

}  // namespace ashlar::detail
