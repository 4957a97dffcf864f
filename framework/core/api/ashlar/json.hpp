#pragma once

// JSON both ways for everything ASHLAR_EVENT, ASHLAR_STRUCT and ASHLAR_ENUM describe, and its JSON Schema.
// Any thread; nothing here keeps state.

#include <ashlar/errors.hpp>
#include <ashlar/shape.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace ashlar {

// What a document from outside may have at most; past a limit decoding fails with the place.
struct JsonLimits {
  std::size_t bytes = 1024 * 1024;
  std::size_t depth = 64;
};

namespace detail {
std::string to_json(const void* value, const Shape& shape);
void from_json(void* value, const Shape& shape, std::string_view json, const JsonLimits& limits);
}  // namespace detail

// One line of UTF-8, members in declared order, absent optionals left out. Throws JsonError for what JSON cannot say: a
// string that is not UTF-8, a NaN or infinity, an enum value without a name, a year outside 0 to 9999; and for what is
// deeper than readers accept. A Secret is written as it is: JSON is data, not a display.
template <class T>
std::string to_json(const T& value) {
  return detail::to_json(&value, shape_of<T>);
}

// Strict about what is required, tolerant about what is unknown: a missing member that is no optional, a wrong type or a
// number out of range throws JsonError with the place (`/lines/3/quantity: expected an integer, got "3"`), a syntax error
// or a member that stands twice as well; unknown members are ignored; an optional that is absent or null is empty.
// Integers up to 64 bits are exact, and 1.0 is one.
template <class T>
T from_json(std::string_view json, const JsonLimits& limits = {}) {
  T value{};
  detail::from_json(&value, shape_of<T>, json, limits);
  return value;
}

// JSON Schema, draft-07, of what to_json writes. `title` is optional.
std::string json_schema(const Shape& shape, std::string_view title = {});

template <class T>
std::string json_schema() {
  return json_schema(shape_of<T>, type_name<T>());
}

}  // namespace ashlar
