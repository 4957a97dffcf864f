#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace notifications {

// How many bytes the UTF-8 character at the front of `text` has; 0 when what stands there is none, or `text` is empty.
std::size_t utf8_character(std::string_view text);

// `text` with every byte that belongs to no character replaced by U+FFFD.
std::string as_utf8(std::string_view text);

}  // namespace notifications
