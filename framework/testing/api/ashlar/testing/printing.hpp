#pragma once

// Lets doctest print described structs as JSON: CHECK(placed == expected) shows both. Names what it needs of doctest
// without including it, so that tests with another framework pay nothing.

#include <ashlar/json.hpp>
#include <ashlar/shape.hpp>
#include <string>

namespace ashlar::testing::detail {

// The value as JSON, or why it has none.
std::string to_readable(const void* value, const Shape& shape);

template <class, class T>
struct SecondOf {
  using type = T;
};

}  // namespace ashlar::testing::detail

namespace doctest {

class String;

template <typename T>
struct StringMaker;

template <typename T>
requires ashlar::detail::DescribedRecord<T>
struct StringMaker<T> {
  static auto convert(const T& value) {
    using Text = typename ashlar::testing::detail::SecondOf<T, String>::type;
    return Text(ashlar::testing::detail::to_readable(&value, ashlar::shape_of<T>).c_str());
  }
};

}  // namespace doctest
