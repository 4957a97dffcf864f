#include "config/overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "config/limits.hpp"
#include "config/yaml.hpp"

namespace ashlar::detail {
namespace {

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
    else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9'))
      c = '_';
  }
  return upper;
}

Node verbatim(std::string text, const Origin& origin) {
  return {.kind = Node::Kind::text, .origin = origin, .text = std::move(text), .verbatim = true};
}

const Shape& held_by(const Shape& shape) { return shape.kind == Kind::optional ? held_by(*shape.element) : shape; }

bool can_hold_keys(const Node& node) {
  return node.kind == Node::Kind::absent || node.kind == Node::Kind::null || node.kind == Node::Kind::map;
}

const Shape* member(const Shape* shape, std::string_view key) {
  if (shape == nullptr) return nullptr;
  const Shape& held = held_by(*shape);
  if (held.kind == Kind::map) return held.element;
  const auto field =
      std::find_if(held.fields.begin(), held.fields.end(), [&](const Field& f) { return f.name == key; });
  return field == held.fields.end() ? nullptr : field->shape;
}

bool takes_keys(const Shape* shape) {
  return shape != nullptr && (held_by(*shape).kind == Kind::record || held_by(*shape).kind == Kind::map);
}

void apply(const Setting& setting, std::span<const std::string> keys, Node& node, const Shape* shape,
           const std::string& path, Problems& problems) {
  if (keys.empty()) {
    node = verbatim(setting.value, setting.origin);
    return;
  }
  if (node.kind == Node::Kind::text && node.verbatim && takes_keys(shape)) node = read_structure(node, path, problems);
  if (!can_hold_keys(node)) {
    problems.add(setting.origin, path_to(path, keys[0]), path + " is no map, so nothing inside it can be set");
    return;
  }
  apply(setting, keys.subspan(1), node.at(keys[0], setting.origin), member(shape, keys[0]), path_to(path, keys[0]),
        problems);
}

}  // namespace

void EnvironmentOverlay::apply(Node& section, const Shape& shape, const std::string& path, Problems& problems) {
  if (environment_) apply(section, shape, path, upper_case(prefix_) + "_" + upper_case(path), problems);
}

void EnvironmentOverlay::apply(Node& node, const Shape& optional_shape, const std::string& path,
                               const std::string& name, Problems& problems) {
  const Shape& shape = held_by(optional_shape);
  if (shape.kind == Kind::record) {
    for (const Field& field : shape.fields) child(node, field.name, *field.shape, path, name, problems);
    return;
  }
  if (std::optional<std::string> value = environment_(name)) {
    const Origin origin{name + " (environment)"};
    const auto [meaning, is_new] = meanings_.try_emplace(name, path);
    if (!is_new && meaning->second != path) {
      problems.add(origin, {}, "means both " + meaning->second + " and " + path + "; set them by other means");
    }
    if (value->size() > most_bytes) {
      problems.add(origin, path, fmt::format("{} bytes{}", value->size(), too_much));
      return;
    }
    node = verbatim(std::move(*value), origin);
    if (shape.kind == Kind::map) node = read_structure(node, path, problems);
  }
  if (shape.kind == Kind::map) {
    for (Node::Entry& entry : node.entries) {
      apply(entry.value, *shape.element, path_to(path, entry.key), name + "_" + upper_case(entry.key), problems);
    }
  }
}

void EnvironmentOverlay::child(Node& node, std::string_view key, const Shape& shape, const std::string& path,
                               const std::string& name, Problems& problems) {
  const std::string child_path = path_to(path, key);
  const std::string child_name = name + "_" + upper_case(key);
  if (Node* existing = node.find(key)) {
    apply(*existing, shape, child_path, child_name, problems);
    return;
  }
  Node added;
  apply(added, shape, child_path, child_name, problems);
  // Where the document has something else than keys, that is the error to report.
  if (added.kind != Node::Kind::absent && can_hold_keys(node)) node.at(key, added.origin) = std::move(added);
}

void apply(const Setting& setting, Node& section, const Shape& shape, Problems& problems) {
  apply(setting, std::span(setting.path).subspan(1), section, &shape, setting.path[0], problems);
}

}  // namespace ashlar::detail
