#include <fmt/format.h>

#include <algorithm>
#include <ashlar/json.hpp>
#include <ashlar/utf8.hpp>
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

// Most documents fit into it without an allocation, and become a string of their own size at the end.
using Out = fmt::memory_buffer;

// Without an escape. Looks at all of it instead of ending at the first that needs one: compilers make vectors of that.
bool is_plain(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  return plain;
}

// Most strings need no escape and are copied; nlohmann escapes the others.
void write_string(Out& out, std::string_view text, const Place& place) {
  if (is_plain(text)) {
    out.push_back('"');
    out.append(text);
    out.push_back('"');
  } else if (is_utf8(text)) {
    out.append(nlohmann::json(text).dump());
  } else {
    throw JsonError(place.pointer(), "not UTF-8, which JSON requires: " + quoted(text, shown_of_a_value));
  }
}

void write(Out& out, const void* value, const Shape& shape, const Place& place);

void require_depth(const Place& place) {
  constexpr std::size_t limit = JsonLimits{}.depth;
  if (place.depth() >= limit) {
    throw JsonError(place.pointer(), fmt::format("deeper than {} levels, the limit of those who read it", limit));
  }
}

void write_record(Out& out, const void* value, const Shape& shape, const Place& place) {
  out.push_back('{');
  bool first = true;
  for (const Field& field : shape.fields) {
    const void* member = field.of(const_cast<void*>(value));
    if (field.shape->kind == Kind::optional && field.shape->access.value(member) == nullptr) continue;
    if (!std::exchange(first, false)) out.push_back(',');
    out.push_back('"');
    out.append(field.name);
    out.append(std::string_view("\":"));
    write(out, member, *field.shape, Place(place, field.name));
  }
  out.push_back('}');
}

void write_list(Out& out, const void* value, const Shape& shape, const Place& place) {
  struct State {
    Out& out;
    const Shape& shape;
    const Place& place;
    std::size_t index = 0;
  } state{out, *shape.element, place};
  out.push_back('[');
  shape.access.each(value, &state, [](void* s, const void* element) {
    State& list = *static_cast<State*>(s);
    if (list.index != 0) list.out.push_back(',');
    write(list.out, element, list.shape, Place(list.place, list.index++));
  });
  out.push_back(']');
}

void write_map(Out& out, const void* value, const Shape& shape, const Place& place) {
  using Entries = std::vector<std::pair<std::string_view, const void*>>;
  Entries entries;
  shape.access.entries(value, &entries, [](void* s, std::string_view key, const void* entry) {
    static_cast<Entries*>(s)->emplace_back(key, entry);
  });
  std::sort(entries.begin(), entries.end());
  out.push_back('{');
  bool first = true;
  for (const auto& [key, entry] : entries) {
    if (!std::exchange(first, false)) out.push_back(',');
    write_string(out, key, place);
    out.push_back(':');
    write(out, entry, *shape.element, Place(place, key));
  }
  out.push_back('}');
}

void write_real(Out& out, const void* value, const Shape& shape, const Place& place) {
  const double real = read_real(value, shape);
  if (!std::isfinite(real)) throw JsonError(place.pointer(), fmt::format("JSON has no number for {}", real));
  out.append(real_text(value, shape));
}

void write_text_of(Out& out, const void* value, const Shape& shape, const Place& place) {
  std::string text;
  try {
    text = read_text(value, shape);
  } catch (const Error& error) {
    throw JsonError(place.pointer(), error.what());
  }
  write_string(out, text, place);
}

void write(Out& out, const void* value, const Shape& shape, const Place& place) {
  switch (shape.kind) {
    case Kind::boolean: out.append(std::string_view(*static_cast<const bool*>(value) ? "true" : "false")); return;
    case Kind::integer: out.append(to_string(read_integer(value, shape))); return;
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
        out.append(std::string_view("null"));
      }
      return;
    case Kind::list: require_depth(place); return write_list(out, value, shape, place);
    case Kind::map: require_depth(place); return write_map(out, value, shape, place);
    case Kind::record: require_depth(place); return write_record(out, value, shape, place);
  }
}

}  // namespace

std::string to_json(const void* value, const Shape& shape) {
  Out out;
  write(out, value, shape, Place{});
  return fmt::to_string(out);
}

}  // namespace ashlar::detail
