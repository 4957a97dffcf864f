#pragma once

#include <cstddef>
#include <string_view>

namespace ashlar::bridge {

inline constexpr char not_a_value[] = "no JSON value begins here";

// One that was read, or why it is none.
struct JsonToken {
  std::size_t end = 0;            // past it; or where the problem is
  const char* problem = nullptr;  // none
  bool escaped = false;           // a text that has escapes
};

// A text, from its quote at `at`.
JsonToken text_token(std::string_view text, std::size_t at);
JsonToken number_token(std::string_view text, std::size_t at);

}  // namespace ashlar::bridge
