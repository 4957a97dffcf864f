#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ashlar {

// UTF-8 as RFC 3629 defines it: no overlong form, no half of a surrogate pair, nothing beyond U+10FFFF.

// How many bytes the character at the front of `text` has; 0 where what stands there is none, and where `text` is empty.
std::size_t utf8_character(std::string_view text);

// How many bytes at the beginning of `text` are UTF-8: all, or those before the first that is not.
std::size_t utf8_prefix(std::string_view text);

bool is_utf8(std::string_view text);

// `text` with U+FFFD in place of each byte that belongs to no character.
std::string as_utf8(std::string_view text);

}  // namespace ashlar
