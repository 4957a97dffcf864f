#include "config/fill.hpp"

#include <fmt/format.h>

#include <ashlar/utf8.hpp>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <vector>

#include "config/yaml.hpp"
#include "shape/scalar.hpp"
#include "text/nearest.hpp"
#include "text/printable.hpp"

namespace ashlar::detail {
namespace {

std::string wanted(const Shape& shape) {
  switch (shape.kind) {
    case Kind::list: return "a list like [a, b]";
    case Kind::map:
    case Kind::record: return "keys with values";
    case Kind::optional: return wanted(*shape.element);
    default: return expected(shape);
  }
}

// Only a value that was to be a single one is shown, and never a secret: what stands where keys were expected may hold
// one.
std::string found(const Shape& shape, const Node& node) {
  switch (node.kind) {
    case Node::Kind::absent:
    case Node::Kind::null: return "nothing";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "keys with values";
    case Node::Kind::text: break;
  }
  const bool single = shape.kind != Kind::list && shape.kind != Kind::map && shape.kind != Kind::record;
  return single && shape.kind != Kind::secret ? quoted(node.text, shown_of_a_value) : "a single value";
}

// Reads the whole text as a number; the error is `result_out_of_range` for a number that Number cannot hold.
template <class Number>
std::errc parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return end == text.data() + text.size() ? error : std::errc::invalid_argument;
}

class Filler {
 public:
  explicit Filler(Problems& problems) : problems_(problems) {}

  void fill(void* value, const Shape& shape, const Node& node, const std::string& path) {
    switch (shape.kind) {
      case Kind::optional: return optional(value, shape, node, path);
      case Kind::list:
      case Kind::map:
      case Kind::record: return structure(value, shape, node, path);
      default: return single(value, shape, node, path);
    }
  }

 private:
  void refuse(const Shape& shape, const Node& node, const std::string& path) {
    problems_.add(node.origin, path, fmt::format("expected {}, got {}", wanted(shape), found(shape, node)));
  }

  void optional(void* value, const Shape& shape, const Node& node, const std::string& path) {
    if (node.kind == Node::Kind::null) {
      shape.access.clear(value);
    } else {
      fill(shape.access.emplace(value), *shape.element, node, path);
    }
  }

  void structure(void* value, const Shape& shape, const Node& node, const std::string& path) {
    if (node.kind == Node::Kind::text && node.verbatim) {
      const Node read = read_structure(node, path, problems_);
      if (read.kind != Node::Kind::absent) structure(value, shape, read, path);
      return;
    }
    // A key with nothing behind it, as when all that stood below it was commented out.
    if (node.kind == Node::Kind::null) return;
    if (node.kind != (shape.kind == Kind::list ? Node::Kind::list : Node::Kind::map)) {
      refuse(shape, node, path);
    } else if (shape.kind == Kind::list) {
      list(value, shape, node, path);
    } else if (shape.kind == Kind::map) {
      map(value, shape, node, path);
    } else {
      record(value, shape, node, path);
    }
  }

  // What an element of a list or map is filled from.
  struct Source {
    Filler& filler;
    const Shape& shape;
    const Node& node;
    const std::string& path;

    static void fill(void* state, void* element) {
      const Source& source = *static_cast<const Source*>(state);
      source.filler.fill(element, source.shape, source.node, source.path);
    }
  };

  void list(void* value, const Shape& shape, const Node& node, const std::string& path) {
    shape.access.clear(value);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (node.items[i].kind == Node::Kind::absent) continue;
      const std::string item_path = fmt::format("{}[{}]", path, i);
      Source source{*this, *shape.element, node.items[i], item_path};
      shape.access.append(value, &source, &Source::fill);
    }
  }

  void map(void* value, const Shape& shape, const Node& node, const std::string& path) {
    shape.access.clear(value);
    for (const Node::Entry& entry : node.entries) {
      if (entry.value.kind == Node::Kind::absent) continue;
      const std::string entry_path = path_to(path, entry.key);
      Source source{*this, *shape.element, entry.value, entry_path};
      shape.access.insert(value, entry.key, &source, &Source::fill);
    }
  }

  void record(void* value, const Shape& shape, const Node& node, const std::string& path) {
    std::vector<std::string_view> names;
    for (const Field& field : shape.fields) names.push_back(field.name);
    for (const Node::Entry& entry : node.entries) {
      const std::string entry_path = path_to(path, entry.key);
      std::size_t i = 0;
      while (i < names.size() && names[i] != entry.key) ++i;
      if (i == names.size()) {
        problems_.add(entry.origin, entry_path, "unknown key" + meant_or_known(entry.key, names));
        continue;
      }
      const Field& field = shape.fields[i];
      const bool says_nothing = entry.value.kind == Node::Kind::absent ||
                                (entry.value.kind == Node::Kind::null && field.shape->kind != Kind::optional);
      if (!says_nothing) fill(field.of(value), *field.shape, entry.value, entry_path);
    }
  }

  void single(void* value, const Shape& shape, const Node& node, const std::string& path) {
    if (node.kind != Node::Kind::text) return refuse(shape, node, path);
    if (!is_utf8(node.text)) return problems_.add(node.origin, path, "a byte that is not UTF-8");
    switch (shape.kind) {
      case Kind::boolean: return boolean(value, shape, node, path);
      case Kind::integer: return integer(value, shape, node, path);
      case Kind::real: return real(value, shape, node, path);
      default: break;
    }
    if (!write_text(value, shape, node.text)) {
      problems_.add(node.origin, path, refused_text(shape, node.text, found(shape, node)));
    }
  }

  void boolean(void* value, const Shape& shape, const Node& node, const std::string& path) {
    if (node.text != "true" && node.text != "false") return refuse(shape, node, path);
    *static_cast<bool*>(value) = node.text == "true";
  }

  void integer(void* value, const Shape& shape, const Node& node, const std::string& path) {
    std::string_view digits = node.text;
    Integer integer;
    integer.negative = digits.starts_with('-');
    if (integer.negative) digits.remove_prefix(1);
    const std::errc error = digits.starts_with('-') ? std::errc::invalid_argument : parse(digits, integer.amount);
    if (error == std::errc::invalid_argument) {
      refuse(shape, node, path);
    } else if (error != std::errc{} || !write_integer(value, shape, integer)) {
      refuse_range(shape, node, path);
    }
  }

  void real(void* value, const Shape& shape, const Node& node, const std::string& path) {
    double number = 0;
    const std::errc error = parse(std::string_view(node.text), number);
    const bool is_number = node.text.find_first_not_of("+-.0123456789eE") == node.text.npos;
    if (!is_number || error == std::errc::invalid_argument) {
      refuse(shape, node, path);
    } else if (error != std::errc{} || !write_real(value, shape, number)) {
      refuse_range(shape, node, path);
    }
  }

  void refuse_range(const Shape& shape, const Node& node, const std::string& path) {
    problems_.add(node.origin, path, fmt::format("expected {}, got {}", expected_range(shape), found(shape, node)));
  }

  Problems& problems_;
};

}  // namespace

void fill(void* value, const Shape& shape, const Node& node, const std::string& path, Problems& problems) {
  if (node.kind != Node::Kind::absent) Filler(problems).fill(value, shape, node, path);
}

}  // namespace ashlar::detail
