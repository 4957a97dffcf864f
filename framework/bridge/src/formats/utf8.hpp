#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ashlar::bridge {

// The length of the UTF-8 sequence that `text` begins with; 0 where it begins with none.
std::size_t utf8_sequence(std::string_view text);

bool is_utf8(std::string_view text);

// Each byte that is not UTF-8 becomes U+FFFD.
std::string as_utf8(std::string_view text);

void append_code_point(std::string& out, char32_t code_point);

// Text from outside for an error: in quotes, on one line, cut when it is long.
std::string shown(std::string_view text);

}  // namespace ashlar::bridge
