#pragma once

#include <ashlar/clock.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace ashlar::store {

class Connection;

namespace detail {

using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view>;

inline Value value_of(std::nullptr_t) { return nullptr; }
inline Value value_of(std::string_view text) { return text; }
inline Value value_of(std::floating_point auto number) { return static_cast<double>(number); }
inline Value value_of(Time time) { return std::int64_t{time.time_since_epoch().count()}; }

template <std::integral I>
Value value_of(I number) {
  static_assert(sizeof(I) < 8 || std::is_signed_v<I>, "SQLite's integers are signed: convert to std::int64_t");
  return static_cast<std::int64_t>(number);
}

template <class T>
Value value_of(const std::optional<T>& value) {
  return value ? value_of(*value) : Value(nullptr);
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool no_column_type = false;

}  // namespace detail

// A prepared SQL statement and the row it stands on. One thread at a time, the one that uses its database. Reading
// while a row is open keeps others from tidying the file: use it up, or let it go.
class [[nodiscard]] Statement {
 public:
  ~Statement();
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;

  // Gives every `?` its value, in order, and starts anew. Integers, doubles, text, Time (as milliseconds), optionals of
  // these and nullptr. Values are copied.
  template <class... Values>
  Statement& bind(const Values&... values) {
    const detail::Value all[] = {nullptr, detail::value_of(values)...};
    bind_all(std::span(all).subspan(1));
    return *this;
  }

  // Runs to the next row; false when there is none (any more).
  bool step();

  // A column of the row, from 0, as an integer type, bool, double, std::string, Time, or std::optional of these. Throws
  // Error when the column holds something else, NULL included where T is no optional.
  template <class T>
  T get(int column) const {
    if constexpr (detail::is_optional<T>) {
      if (is_null(column)) return std::nullopt;
      return get<typename T::value_type>(column);
    } else if constexpr (std::is_same_v<T, bool>) {
      return integer(column) != 0;
    } else if constexpr (std::integral<T>) {
      const std::int64_t wide = integer(column);
      if (!std::in_range<T>(wide)) refuse(column, "does not fit");
      return static_cast<T>(wide);
    } else if constexpr (std::is_same_v<T, double>) {
      return real(column);
    } else if constexpr (std::is_same_v<T, std::string>) {
      return text(column);
    } else if constexpr (std::is_same_v<T, Time>) {
      return Time(std::chrono::milliseconds(integer(column)));
    } else {
      static_assert(detail::no_column_type<T>, "a column is an integer, bool, double, std::string, Time or optional");
    }
  }

 private:
  friend class Database;
  struct State;
  Statement(std::shared_ptr<Connection> connection, std::string_view sql);

  void bind_all(std::span<const detail::Value> values);
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  [[noreturn]] void refuse(int column, std::string_view problem) const;

  std::unique_ptr<State> state_;
};

}  // namespace ashlar::store
