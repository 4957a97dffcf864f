#include <fmt/format.h>

#include <ashlar/json.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "json/parse.hpp"
#include "json/place.hpp"
#include "shape/scalar.hpp"
#include "text/printable.hpp"

namespace ashlar::detail {
namespace {

using Json = nlohmann::json;

std::string shown(const Json& json) {
  if (json.is_string()) return quoted(json.get_ref<const std::string&>(), shown_of_a_value);
  if (json.is_object()) return "an object";
  if (json.is_array()) return "an array";
  return json.dump();
}

// A secret is not shown, not even a wrong one.
std::string shown(const Json& json, const Shape& shape) {
  return shape.kind == Kind::secret ? "something else" : shown(json);
}

[[noreturn]] void refuse(const Json& json, const Shape& shape, const Place& place) {
  throw JsonError(place.pointer(), fmt::format("expected {}, got {}", expected(shape), shown(json, shape)));
}

[[noreturn]] void refuse_range(const Json& json, const Shape& shape, const Place& place) {
  throw JsonError(place.pointer(), fmt::format("expected {}, got {}", expected_range(shape), shown(json)));
}

// JSON knows one kind of number: 1.0 is an integer. Beyond 2^53 a double may already have been rounded.
bool to_integer(const Json& json, Integer& integer) {
  if (json.is_number_unsigned()) {
    integer = {false, json.get<std::uint64_t>()};
    return true;
  }
  if (json.is_number_integer()) {
    const auto number = json.get<std::int64_t>();
    integer = {number < 0, number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number)};
    return true;
  }
  if (!json.is_number_float()) return false;
  const double number = json.get<double>();
  if (std::trunc(number) != number || std::abs(number) >= 9007199254740992.0) return false;
  integer = {number < 0, static_cast<std::uint64_t>(std::abs(number))};
  return true;
}

void read(void* value, const Shape& shape, const Json& json, const Place& place);

struct Source {
  const Shape& shape;
  const Json& json;
  const Place& place;

  static void fill(void* state, void* element) {
    const Source& source = *static_cast<const Source*>(state);
    read(element, source.shape, source.json, source.place);
  }
};

void read_record(void* record, const Shape& shape, const Json& json, const Place& place) {
  if (!json.is_object()) refuse(json, shape, place);
  for (const Field& field : shape.fields) {
    const Place here(place, field.name);
    const auto member = json.find(field.name);
    if (member != json.end()) {
      read(field.of(record), *field.shape, *member, here);
    } else if (field.shape->kind == Kind::optional) {
      field.shape->access.clear(field.of(record));
    } else {
      throw JsonError(here.pointer(), fmt::format("missing, {} is required", expected(*field.shape)));
    }
  }
}

void read_list(void* list, const Shape& shape, const Json& json, const Place& place) {
  if (!json.is_array()) refuse(json, shape, place);
  shape.access.clear(list);
  std::size_t index = 0;
  for (const Json& element : json) {
    const Place here(place, index++);
    Source source{*shape.element, element, here};
    shape.access.append(list, &source, &Source::fill);
  }
}

void read_map(void* map, const Shape& shape, const Json& json, const Place& place) {
  if (!json.is_object()) refuse(json, shape, place);
  shape.access.clear(map);
  for (const auto& [key, entry] : json.get_ref<const Json::object_t&>()) {
    const Place here(place, key);
    Source source{*shape.element, entry, here};
    shape.access.insert(map, key, &source, &Source::fill);
  }
}

void read_optional(void* optional, const Shape& shape, const Json& json, const Place& place) {
  if (json.is_null()) {
    shape.access.clear(optional);
  } else {
    read(shape.access.emplace(optional), *shape.element, json, place);
  }
}

void read(void* value, const Shape& shape, const Json& json, const Place& place) {
  switch (shape.kind) {
    case Kind::record: return read_record(value, shape, json, place);
    case Kind::list: return read_list(value, shape, json, place);
    case Kind::map: return read_map(value, shape, json, place);
    case Kind::optional: return read_optional(value, shape, json, place);
    case Kind::boolean:
      if (!json.is_boolean()) refuse(json, shape, place);
      *static_cast<bool*>(value) = json.get<bool>();
      return;
    case Kind::integer: {
      Integer integer;
      if (to_integer(json, integer)) {
        if (!write_integer(value, shape, integer)) refuse_range(json, shape, place);
      } else if (json.is_number() && std::trunc(json.get<double>()) == json.get<double>()) {
        refuse_range(json, shape, place);
      } else {
        refuse(json, shape, place);
      }
      return;
    }
    case Kind::real:
      if (!json.is_number()) refuse(json, shape, place);
      if (!write_real(value, shape, json.get<double>())) refuse_range(json, shape, place);
      return;
    case Kind::string:
    case Kind::secret:
    case Kind::enumerated:
    case Kind::time_point:
    case Kind::duration:
    case Kind::uuid: break;
  }
  if (!json.is_string()) refuse(json, shape, place);
  const std::string& text = json.get_ref<const std::string&>();
  if (!write_text(value, shape, text)) throw JsonError(place.pointer(), refused_text(shape, text, shown(json, shape)));
}

}  // namespace

void from_json(void* value, const Shape& shape, std::string_view json, const JsonLimits& limits) {
  read(value, shape, parse_json(json, limits), Place{});
}

}  // namespace ashlar::detail
