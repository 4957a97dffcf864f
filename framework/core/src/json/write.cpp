#include <fmt/format.h>

#include <algorithm>
#include <ashlar/json.hpp>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/place.hpp"
#include "shape/scalar.hpp"
#include "text/printable.hpp"

namespace ashlar::detail {
namespace {

// Most strings need no escape and are copied; nlohmann escapes the others.
void write_string(std::string& out, std::string_view text, const Place& place) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
  if (std::all_of(text.begin(), text.end(), plain)) {
    out += '"';
    out += text;
    out += '"';
  } else if (is_utf8(text)) {
    out += nlohmann::json(text).dump();
  } else {
    throw JsonError(place.pointer(), "not UTF-8, which JSON requires: " + quoted(text, shown_of_a_value));
  }
}

void write(std::string& out, const void* value, const Shape& shape, const Place& place);

void require_depth(const Place& place) {
  constexpr std::size_t limit = JsonLimits{}.depth;
  if (place.depth() >= limit) {
    throw JsonError(place.pointer(), fmt::format("deeper than {} levels, the limit of those who read it", limit));
  }
}

void write_record(std::string& out, const void* value, const Shape& shape, const Place& place) {
  out += '{';
  bool first = true;
  for (const Field& field : shape.fields) {
    const void* member = field.of(const_cast<void*>(value));
    if (field.shape->kind == Kind::optional && field.shape->access.value(member) == nullptr) continue;
    if (!std::exchange(first, false)) out += ',';
    out += '"';
    out += field.name;
    out += "\":";
    write(out, member, *field.shape, Place(place, field.name));
  }
  out += '}';
}

void write_list(std::string& out, const void* value, const Shape& shape, const Place& place) {
  struct State {
    std::string& out;
    const Shape& shape;
    const Place& place;
    std::size_t index = 0;
  } state{out, *shape.element, place};
  out += '[';
  shape.access.each(value, &state, [](void* s, const void* element) {
    State& list = *static_cast<State*>(s);
    if (list.index != 0) list.out += ',';
    write(list.out, element, list.shape, Place(list.place, list.index++));
  });
  out += ']';
}

void write_map(std::string& out, const void* value, const Shape& shape, const Place& place) {
  using Entries = std::vector<std::pair<std::string_view, const void*>>;
  Entries entries;
  shape.access.entries(value, &entries, [](void* s, std::string_view key, const void* entry) {
    static_cast<Entries*>(s)->emplace_back(key, entry);
  });
  std::sort(entries.begin(), entries.end());
  out += '{';
  bool first = true;
  for (const auto& [key, entry] : entries) {
    if (!std::exchange(first, false)) out += ',';
    write_string(out, key, place);
    out += ':';
    write(out, entry, *shape.element, Place(place, key));
  }
  out += '}';
}

void write_real(std::string& out, const void* value, const Shape& shape, const Place& place) {
  const double real = read_real(value, shape);
  if (!std::isfinite(real)) throw JsonError(place.pointer(), fmt::format("JSON has no number for {}", real));
  out += real_text(value, shape);
}

void write_text_of(std::string& out, const void* value, const Shape& shape, const Place& place) {
  std::string text;
  try {
    text = read_text(value, shape);
  } catch (const Error& error) {
    throw JsonError(place.pointer(), error.what());
  }
  write_string(out, text, place);
}

void write(std::string& out, const void* value, const Shape& shape, const Place& place) {
  switch (shape.kind) {
    case Kind::boolean: out += *static_cast<const bool*>(value) ? "true" : "false"; return;
    case Kind::integer: out += to_string(read_integer(value, shape)); return;
    case Kind::real: return write_real(out, value, shape, place);
    case Kind::string: return write_string(out, *static_cast<const std::string*>(value), place);
    case Kind::secret:
    case Kind::enumerated:
    case Kind::time_point:
    case Kind::duration:
    case Kind::uuid: return write_text_of(out, value, shape, place);
    case Kind::optional:
      if (const void* held = shape.access.value(value)) {
        write(out, held, *shape.element, place);
      } else {
        out += "null";
      }
      return;
    case Kind::list: require_depth(place); return write_list(out, value, shape, place);
    case Kind::map: require_depth(place); return write_map(out, value, shape, place);
    case Kind::record: require_depth(place); return write_record(out, value, shape, place);
  }
}

}  // namespace

std::string to_json(const void* value, const Shape& shape) {
  std::string out;
  write(out, value, shape, Place{});
  return out;
}

}  // namespace ashlar::detail
