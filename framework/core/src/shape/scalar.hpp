#pragma once

#include <ashlar/shape.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What JSON and configuration share about the values that have no parts.

namespace ashlar::detail {

// Sign and amount, so that every integer up to 64 bits, signed or not, has its place.
struct Integer {
  bool negative = false;
  std::uint64_t amount = 0;
};

Integer read_integer(const void* value, const Shape& shape);
bool write_integer(void* value, const Shape& shape, Integer integer);
Integer least(const Shape& integer);
Integer greatest(const Shape& integer);
std::string to_string(Integer integer);

double read_real(const void* value, const Shape& shape);
bool write_real(void* value, const Shape& shape, double real);
std::string real_text(const void* value, const Shape& shape);

// The text of a string, secret, enumerated, time_point, duration or uuid; throws Error for a value that has none.
std::string read_text(const void* value, const Shape& shape);
// False when the text is none of this shape's.
bool write_text(void* value, const Shape& shape, std::string_view text);
bool has_text(Kind kind);

// `an integer`, `a string`, `one of open, closed`: what an error says it expected.
std::string expected(const Shape& shape);
// `an integer from 0 to 255`.
std::string expected_range(const Shape& integer_or_real);
// What a text was that write_text refused, given as it is to be shown: `expected a duration, got "5"`.
std::string refused_text(const Shape& shape, std::string_view text, std::string_view shown);

}  // namespace ashlar::detail
