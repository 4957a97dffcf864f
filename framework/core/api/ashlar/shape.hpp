#pragma once

// The shape of a described type: plain tables by which JSON, JSON Schema, configuration and printing reach its members
// without a template of their own. Made at compile time from ASHLAR_EVENT, ASHLAR_STRUCT and ASHLAR_ENUM; costs nothing
// until something asks for shape_of<T>.

#include <array>
#include <ashlar/event.hpp>
#include <ashlar/ticks.hpp>
#include <ashlar/uuid.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ashlar {

// A string that is printed as "***" wherever configuration is shown.
struct Secret {
  std::string value;

  friend bool operator==(const Secret&, const Secret&) = default;
};

enum class Kind : std::uint8_t {
  boolean,
  integer,     // `bytes` and `is_signed` say which
  real,        // `bytes`: 4 or 8
  string,      // std::string
  secret,      // ashlar::Secret
  enumerated,  // JSON: the enumerator's name
  optional,
  list,        // std::vector
  map,         // std::map or std::unordered_map with std::string keys
  record,      // a described struct
  time_point,  // of std::chrono::system_clock; JSON: ISO 8601, UTC, milliseconds, "Z"
  duration,    // std::chrono::duration; text: "250ms", "5s", "2min", "1h", "1d"; also "us" and "ns"
  uuid         // ashlar::Uuid; JSON: 36 characters
};

struct Shape;

struct Field {
  std::string_view name;
  const Shape* shape;
  void* (*of)(void* record);
};

struct Enumerator {
  std::string_view name;
  std::int64_t value;
};

// Called back with an element (or a map's value); `state` is handed through.
using VisitElement = void (*)(void* state, const void* element);
using VisitEntry = void (*)(void* state, std::string_view key, const void* value);
using FillElement = void (*)(void* state, void* element);

// How a value is reached through a pointer to it; only what its kind needs is set.
struct Access {
  // enumerated: the value; time_point: milliseconds since 1970; duration: nanoseconds, the limits for what is beyond them.
  std::int64_t (*read)(const void*) = nullptr;
  // False when the type cannot hold it; a duration not without rounding.
  bool (*write)(void*, std::int64_t) = nullptr;
  const void* (*value)(const void*) = nullptr;  // optional: what it holds, or null
  void* (*emplace)(void*) = nullptr;            // optional: a fresh value
  void (*clear)(void*) = nullptr;               // optional, list, map: empties it
  void (*each)(const void*, void*, VisitElement) = nullptr;
  void (*append)(void*, void*, FillElement) = nullptr;  // list: a fresh element is filled, then added
  void (*entries)(const void*, void*, VisitEntry) = nullptr;
  void (*insert)(void*, std::string_view, void*, FillElement) = nullptr;
};

struct Shape {
  Kind kind;
  std::uint8_t bytes = 0;
  bool is_signed = false;
  std::string_view type_name{};
  std::span<const Field> fields{};
  std::span<const Enumerator> enumerators{};
  const Shape* element = nullptr;
  Access access{};
};

// The name of a type as the compiler writes it, with its namespaces: `inventory::Stock`.
template <class T>
constexpr std::string_view type_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("T = ") + 4);
  return text.substr(0, text.find_first_of(";]"));
}

namespace detail {

template <class T>
struct ShapeOf;

template <class T>
inline constexpr bool always_false = false;

template <class T>
concept DescribedRecord = boost::describe::has_describe_members<T>::value && std::is_class_v<T>;

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <class T>
struct ShapeOf {
  static_assert(
      always_false<T>,
      "this type has no JSON form: describe a struct with ASHLAR_STRUCT, an enum with ASHLAR_ENUM, "
      "or use bool, an integer, double, std::string, std::optional, std::vector, std::map<std::string, ...>, a "
      "std::chrono::system_clock time point, std::chrono duration or ashlar::Uuid");
  static constexpr Shape value{Kind::boolean};
};

template <>
struct ShapeOf<bool> {
  static constexpr Shape value{.kind = Kind::boolean, .type_name = "bool"};
};

template <class T>
requires std::is_integral_v<T> &&
    (!std::is_same_v<T, bool> && !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> &&
     !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>)struct ShapeOf<T> {
  static constexpr Shape value{
      .kind = Kind::integer, .bytes = sizeof(T), .is_signed = std::is_signed_v<T>, .type_name = type_name<T>()};
};

template <class T>
requires(std::is_same_v<T, float> || std::is_same_v<T, double>) struct ShapeOf<T> {
  static constexpr Shape value{.kind = Kind::real, .bytes = sizeof(T), .type_name = type_name<T>()};
};

template <>
struct ShapeOf<std::string> {
  static constexpr Shape value{.kind = Kind::string, .type_name = "std::string"};
};

template <>
struct ShapeOf<Secret> {
  static constexpr Shape value{.kind = Kind::secret, .type_name = "ashlar::Secret"};
};

template <>
struct ShapeOf<Uuid> {
  static constexpr Shape value{.kind = Kind::uuid, .type_name = "ashlar::Uuid"};
};

template <class Duration>
struct ShapeOf<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using T = std::chrono::time_point<std::chrono::system_clock, Duration>;
  static constexpr Shape value{
      .kind = Kind::time_point,
      .type_name = "std::chrono::system_clock::time_point",
      .access = {
          .read = [](const void* p) { return count_in<std::milli>(static_cast<const T*>(p)->time_since_epoch()); },
          .write =
              [](void* p, std::int64_t count) {
                const auto since = from_count<std::milli, Duration>(count, Rounding::down);
                if (since) *static_cast<T*>(p) = T{*since};
                return since.has_value();
              }}};
};

template <class Rep, class Period>
struct ShapeOf<std::chrono::duration<Rep, Period>> {
  using T = std::chrono::duration<Rep, Period>;
  static constexpr Shape value{
      .kind = Kind::duration,
      .type_name = "std::chrono::duration",
      .access = {.read = [](const void* p) { return count_in<std::nano>(*static_cast<const T*>(p)); },
                 .write =
                     [](void* p, std::int64_t count) {
                       const auto duration = from_count<std::nano, T>(count, Rounding::exact);
                       if (duration) *static_cast<T*>(p) = *duration;
                       return duration.has_value();
                     }}};
};

template <DescribedEnum T>
struct ShapeOf<T> {
  static constexpr auto enumerators = []<template <class...> class L, class... D>(L<D...>) {
    return std::array<Enumerator, sizeof...(D)>{Enumerator{D::name, static_cast<std::int64_t>(D::value)}...};
  }(boost::describe::describe_enumerators<T>{});
  static constexpr Shape value{
      .kind = Kind::enumerated,
      .type_name = type_name<T>(),
      .enumerators = enumerators,
      .access = {.read = [](const void* p) { return static_cast<std::int64_t>(*static_cast<const T*>(p)); },
                 .write =
                     [](void* p, std::int64_t v) {
                       *static_cast<T*>(p) = static_cast<T>(v);
                       return true;
                     }}};
};

template <class T>
inline constexpr bool is_optional = false;
template <class E>
inline constexpr bool is_optional<std::optional<E>> = true;

template <class E>
struct ShapeOf<std::optional<E>> {
  static_assert(!is_optional<E>, "an optional of an optional has one JSON form for two values: use one optional");
  using T = std::optional<E>;
  static constexpr Shape value{.kind = Kind::optional,
                               .type_name = "std::optional",
                               .element = &ShapeOf<E>::value,
                               .access = {.value = [](const void* p) -> const void* {
                                            const T& held = *static_cast<const T*>(p);
                                            return held ? &*held : nullptr;
                                          },
                                          .emplace = [](void* p) -> void* { return &static_cast<T*>(p)->emplace(); },
                                          .clear = [](void* p) { static_cast<T*>(p)->reset(); }}};
};

template <class E>
struct ShapeOf<std::vector<E>> {
  using T = std::vector<E>;
  static constexpr Shape value{.kind = Kind::list,
                               .type_name = "std::vector",
                               .element = &ShapeOf<E>::value,
                               .access = {.clear = [](void* p) { static_cast<T*>(p)->clear(); },
                                          .each =
                                              [](const void* p, void* state, VisitElement visit) {
                                                for (const E& element : *static_cast<const T*>(p))
                                                  visit(state, &element);
                                              },
                                          .append =
                                              [](void* p, void* state, FillElement fill) {
                                                E element{};
                                                fill(state, &element);
                                                static_cast<T*>(p)->push_back(std::move(element));
                                              }}};
};

template <class T, class E>
struct ShapeOfMap {
  static constexpr Shape value{.kind = Kind::map,
                               .type_name = "std::map",
                               .element = &ShapeOf<E>::value,
                               .access = {.clear = [](void* p) { static_cast<T*>(p)->clear(); },
                                          .entries =
                                              [](const void* p, void* state, VisitEntry visit) {
                                                for (const auto& [key, entry] : *static_cast<const T*>(p)) {
                                                  visit(state, key, &entry);
                                                }
                                              },
                                          .insert =
                                              [](void* p, std::string_view key, void* state, FillElement fill) {
                                                E entry{};
                                                fill(state, &entry);
                                                static_cast<T*>(p)->insert_or_assign(std::string(key),
                                                                                     std::move(entry));
                                              }}};
};

template <class E>
struct ShapeOf<std::map<std::string, E>> : ShapeOfMap<std::map<std::string, E>, E> {};

template <class E>
struct ShapeOf<std::unordered_map<std::string, E>> : ShapeOfMap<std::unordered_map<std::string, E>, E> {};

template <class T, class D>
void* member_of(void* record) {
  return &(static_cast<T*>(record)->*D::pointer);
}

// Declared first and defined after, so that a record may hold lists of itself.
template <class T>
struct RecordShape {
  static const Shape value;
};

template <DescribedRecord T>
struct ShapeOf<T> : RecordShape<T> {};

template <class T>
inline constexpr auto fields_of = []<template <class...> class L, class... D>(L<D...>) {
  return std::array<Field, sizeof...(D)>{Field{
      D::name, &ShapeOf<std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>>::value, &member_of<T, D>}...};
}(boost::describe::describe_members<T, boost::describe::mod_public>{});

template <class T>
constexpr Shape RecordShape<T>::value{.kind = Kind::record, .type_name = type_name<T>(), .fields = fields_of<T>};

}  // namespace detail

// The shape of a field's type; a type that has none is a compile error that says what to do.
template <class T>
inline constexpr const Shape& shape_of = detail::ShapeOf<T>::value;

}  // namespace ashlar
