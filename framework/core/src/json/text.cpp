#include <fmt/format.h>

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/format.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shape/scalar.hpp"
#include "shape/short_name.hpp"
#include "text/printable.hpp"

namespace ashlar::detail {
namespace {

void print(std::string& out, const void* value, const Shape& shape);

// Puts `, ` before every item but the first.
struct Items {
  std::string& out;
  const Shape& shape;
  bool first = true;

  void next() {
    if (!std::exchange(first, false)) out += ", ";
  }
};

void print_record(std::string& out, const void* value, const Shape& shape) {
  out += short_name(shape.type_name);
  out += '{';
  Items items{out, shape};
  for (const Field& field : shape.fields) {
    items.next();
    out += field.name;
    out += ": ";
    print(out, field.of(const_cast<void*>(value)), *field.shape);
  }
  out += '}';
}

void print_list(std::string& out, const void* value, const Shape& shape) {
  Items items{out, *shape.element};
  out += '[';
  shape.access.each(value, &items, [](void* state, const void* element) {
    Items& list = *static_cast<Items*>(state);
    list.next();
    print(list.out, element, list.shape);
  });
  out += ']';
}

void print_map(std::string& out, const void* value, const Shape& shape) {
  using Entries = std::vector<std::pair<std::string_view, const void*>>;
  Entries entries;
  shape.access.entries(value, &entries, [](void* state, std::string_view key, const void* entry) {
    static_cast<Entries*>(state)->emplace_back(key, entry);
  });
  std::sort(entries.begin(), entries.end());
  Items items{out, *shape.element};
  out += '{';
  for (const auto& [key, entry] : entries) {
    items.next();
    out += quoted(key) + ": ";
    print(out, entry, *shape.element);
  }
  out += '}';
}

void print(std::string& out, const void* value, const Shape& shape) {
  switch (shape.kind) {
    case Kind::boolean: out += *static_cast<const bool*>(value) ? "true" : "false"; return;
    case Kind::integer: out += to_string(read_integer(value, shape)); return;
    case Kind::real: out += real_text(value, shape); return;
    case Kind::string: out += quoted(*static_cast<const std::string*>(value)); return;
    case Kind::secret: out += "***"; return;
    case Kind::record: return print_record(out, value, shape);
    case Kind::list: return print_list(out, value, shape);
    case Kind::map: return print_map(out, value, shape);
    case Kind::optional: {
      const void* held = shape.access.value(value);
      if (held == nullptr)
        out += "none";
      else
        print(out, held, *shape.element);
      return;
    }
    case Kind::enumerated:
    case Kind::time_point:
    case Kind::duration:
    case Kind::uuid: break;
  }
  try {
    out += read_text(value, shape);
  } catch (const Error&) {
    out += fmt::format("{}({})", short_name(shape.type_name), shape.access.read(value));
  }
}

}  // namespace

std::string to_text(const void* value, const Shape& shape) {
  std::string out;
  print(out, value, shape);
  return out;
}

}  // namespace ashlar::detail
