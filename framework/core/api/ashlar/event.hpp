#pragma once

// What an events header of a module includes, and nothing more: ASHLAR_EVENT, ASHLAR_STRUCT, ASHLAR_ENUM.
//
//   struct OrderPlaced {
//     std::string order_id;
//     std::vector<Line> lines;
//   };
//   ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id, lines)

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace ashlar {

// The identity of an event: its written name and version. Nothing else (no typeid, no class name) identifies it.
struct EventId {
  std::string_view name;
  int version = 1;

  friend constexpr bool operator==(const EventId&, const EventId&) = default;
};

// A type that ASHLAR_EVENT has described.
template <class E>
concept Event = requires(const E* event) {
  { ashlar_event_id(event) } -> std::same_as<EventId>;
};

template <Event E>
constexpr EventId id_of() {
  return ashlar_event_id(static_cast<const E*>(nullptr));
}

// The grammar of event names: two to six segments [a-z][a-z0-9_]* joined by dots; by convention
// {domain}.{entity}.{action}, the action in the past tense.
constexpr bool has_event_name_segments(std::string_view name) {
  std::size_t segments = 1;
  for (char c : name) segments += c == '.' ? 1 : 0;
  return segments >= 2 && segments <= 6;
}

constexpr bool has_event_name_characters(std::string_view name) {
  char before = '.';
  for (char c : name) {
    const bool letter = c >= 'a' && c <= 'z';
    const bool inner = (c >= '0' && c <= '9') || c == '_';
    if (before == '.' ? !letter : !(letter || inner || c == '.')) return false;
    before = c;
  }
  return before != '.';
}

// A last segment like `v2` is reserved: version 2 of a name travels under the routing key `name.v2`.
constexpr bool ends_in_a_version(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (last.size() < 2 || last[0] != 'v') return false;
  for (char c : last.substr(1)) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

inline constexpr std::size_t max_event_name_size = 200;

constexpr bool is_event_name(std::string_view name) {
  return name.size() <= max_event_name_size && has_event_name_segments(name) && has_event_name_characters(name) &&
         !ends_in_a_version(name);
}

namespace detail {

// Stands for a value of any type while members are counted; never evaluated.
struct AnyValue {
  template <class T>
  constexpr operator T&() const& noexcept;
  template <class T>
  constexpr operator T&&() const&& noexcept;
};

template <std::size_t>
using AnyValueAt = AnyValue;

template <std::size_t... I>
struct Indexes {};

template <std::size_t N, std::size_t... I>
constexpr auto indexes_up_to(Indexes<I...>) {
  if constexpr (sizeof...(I) == N) {
    return Indexes<I...>{};
  } else {
    return indexes_up_to<N>(Indexes<I..., sizeof...(I)>{});
  }
}

template <class T, class Indexes>
inline constexpr bool takes_values = false;

template <class T, std::size_t... I>
inline constexpr bool takes_values<T, Indexes<I...>> = requires {
  T{AnyValueAt<I>{}...};
};

// An aggregate with more members than were described can be brace-initialized with one value more.
template <class T, std::size_t described>
constexpr bool all_members_described() {
  return !takes_values<T, decltype(indexes_up_to<described + 1>(Indexes<>{}))>;
}

constexpr std::size_t count_names(std::string_view list) {
  std::size_t names = list.empty() ? 0 : 1;
  for (char c : list) names += c == ',' ? 1 : 0;
  return names;
}

}  // namespace detail
}  // namespace ashlar

// Applies `macro` to each further argument; up to 256 of them.
#define ASHLAR_PARENS ()
#define ASHLAR_EXPAND(...) ASHLAR_EXPAND3(ASHLAR_EXPAND3(ASHLAR_EXPAND3(ASHLAR_EXPAND3(__VA_ARGS__))))
#define ASHLAR_EXPAND3(...) ASHLAR_EXPAND2(ASHLAR_EXPAND2(ASHLAR_EXPAND2(ASHLAR_EXPAND2(__VA_ARGS__))))
#define ASHLAR_EXPAND2(...) ASHLAR_EXPAND1(ASHLAR_EXPAND1(ASHLAR_EXPAND1(ASHLAR_EXPAND1(__VA_ARGS__))))
#define ASHLAR_EXPAND1(...) __VA_ARGS__
#define ASHLAR_FOR_EACH(macro, ...) __VA_OPT__(ASHLAR_EXPAND(ASHLAR_FOR_EACH_NEXT(macro, __VA_ARGS__)))
#define ASHLAR_FOR_EACH_NEXT(macro, first, ...) \
  macro(first) __VA_OPT__(ASHLAR_FOR_EACH_AGAIN ASHLAR_PARENS(macro, __VA_ARGS__))
#define ASHLAR_FOR_EACH_AGAIN() ASHLAR_FOR_EACH_NEXT
#define ASHLAR_FIELD_EQUALS(field) &&a.field == b.field

// Describes a struct that is used inside events or as a module's configuration: its members, in order, by name. Gives it
// JSON both ways, a JSON Schema, equality and printing. Stands beside the struct, in its namespace.
#define ASHLAR_STRUCT(Type, ...)                                                                                       \
  static_assert(__is_aggregate(Type), #Type                                                                            \
                " is no plain struct, so its members cannot be counted: give it no constructor, no virtual function, " \
                "and only public members");                                                                            \
  static_assert(::ashlar::detail::all_members_described<Type, ::ashlar::detail::count_names(#__VA_ARGS__)>(),          \
                "a member of " #Type " is not described: list every member, in order");                                \
  BOOST_DESCRIBE_STRUCT(Type, (), (__VA_ARGS__))                                                                       \
  template <std::same_as<Type> T>                                                                                      \
  constexpr bool operator==([[maybe_unused]] const T& a, [[maybe_unused]] const T& b) {                                \
    return true ASHLAR_FOR_EACH(ASHLAR_FIELD_EQUALS, __VA_ARGS__);                                                     \
  }

// Describes an enum; its enumerators travel by name.
#define ASHLAR_ENUM(Type, ...) BOOST_DESCRIBE_ENUM(Type, __VA_ARGS__)

// Around a struct that has [[deprecated]] members, and its ASHLAR_EVENT or ASHLAR_STRUCT: only who uses such a member is
// warned then, and not the copying of the struct.
//
//   ASHLAR_DEPRECATED_BEGIN
//   struct OrderPlaced {
//     std::string order_id;
//     [[deprecated("use remark")]] std::optional<std::string> note;
//     std::optional<std::string> remark;
//   };
//   ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id, note, remark)
//   ASHLAR_DEPRECATED_END
#define ASHLAR_DEPRECATED_BEGIN \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wdeprecated-declarations\"")
#define ASHLAR_DEPRECATED_END _Pragma("GCC diagnostic pop")

// Makes a struct an event: its name, its version (from 1), its members in order. A mistake is a compile error that says
// which one.
#define ASHLAR_EVENT(Type, name, version, ...)                                                                         \
  static_assert(::ashlar::has_event_name_segments(name),                                                               \
                "ASHLAR_EVENT: the name " #name                                                                        \
                " needs two to six segments joined by dots, like \"orders.order.placed\"");                            \
  static_assert(::ashlar::has_event_name_characters(name),                                                             \
                "ASHLAR_EVENT: in the name " #name                                                                     \
                " a segment is not [a-z][a-z0-9_]*: write \"user.created\", not \"userCreated\"");                     \
  static_assert(!::ashlar::ends_in_a_version(name),                                                                    \
                "ASHLAR_EVENT: the name " #name " ends in a version: give the version as the third argument instead"); \
  static_assert(::std::string_view(name).size() <= ::ashlar::max_event_name_size,                                      \
                "ASHLAR_EVENT: the name " #name " is longer than 200 characters");                                     \
  static_assert((version) >= 1, "ASHLAR_EVENT: the version of " #name " is below 1: versions count from 1");           \
  ASHLAR_STRUCT(Type, __VA_ARGS__)                                                                                     \
  constexpr ::ashlar::EventId ashlar_event_id(const Type*) noexcept { return {name, version}; }
