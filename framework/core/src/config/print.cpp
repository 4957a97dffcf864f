#include "config/print.hpp"

#include <yaml-cpp/yaml.h>

#include <ashlar/errors.hpp>
#include <map>

#include "shape/scalar.hpp"

namespace ashlar::detail {
namespace {

void print(YAML::Emitter& out, const void* value, const Shape& shape);

// So that what looks like ${NAME} is read as it is.
std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find("${", at)) != text.npos; at += 3) text.insert(at, "$");
  return text;
}

void print_map(YAML::Emitter& out, const void* value, const Shape& shape) {
  using Entries = std::map<std::string_view, const void*>;
  Entries entries;
  shape.access.entries(value, &entries, [](void* state, std::string_view key, const void* entry) {
    static_cast<Entries*>(state)->emplace(key, entry);
  });
  out << YAML::BeginMap;
  for (const auto& [key, entry] : entries) {
    out << YAML::Key << std::string(key) << YAML::Value;
    print(out, entry, *shape.element);
  }
  out << YAML::EndMap;
}

void print_list(YAML::Emitter& out, const void* value, const Shape& shape) {
  struct State {
    YAML::Emitter& out;
    const Shape& shape;
  } state{out, *shape.element};
  out << YAML::BeginSeq;
  shape.access.each(value, &state, [](void* s, const void* element) {
    const State& list = *static_cast<const State*>(s);
    print(list.out, element, list.shape);
  });
  out << YAML::EndSeq;
}

void print_record(YAML::Emitter& out, void* value, const Shape& shape) {
  out << YAML::BeginMap;
  for (const Field& field : shape.fields) {
    out << YAML::Key << std::string(field.name) << YAML::Value;
    print(out, field.of(value), *field.shape);
  }
  out << YAML::EndMap;
}

void print_text(YAML::Emitter& out, const void* value, const Shape& shape) {
  try {
    out << escaped(read_text(value, shape));
  } catch (const Error& error) {
    out << YAML::Null << YAML::Comment(error.what());
  }
}

void print(YAML::Emitter& out, const void* value, const Shape& shape) {
  switch (shape.kind) {
    case Kind::boolean: out << *static_cast<const bool*>(value); return;
    case Kind::integer: out << to_string(read_integer(value, shape)); return;
    case Kind::real: out << real_text(value, shape); return;
    case Kind::secret: out << YAML::DoubleQuoted << "***"; return;
    case Kind::string:
    case Kind::enumerated:
    case Kind::time_point:
    case Kind::duration:
    case Kind::uuid: return print_text(out, value, shape);
    case Kind::optional:
      if (const void* held = shape.access.value(value)) {
        print(out, held, *shape.element);
      } else {
        out << YAML::Null;
      }
      return;
    case Kind::list: return print_list(out, value, shape);
    case Kind::map: return print_map(out, value, shape);
    case Kind::record: return print_record(out, const_cast<void*>(value), shape);
  }
}

}  // namespace

std::string print_yaml(const std::vector<Claim>& claims) {
  if (claims.empty()) return {};
  YAML::Emitter out;
  out << YAML::BeginMap;
  for (const Claim& claim : claims) {
    out << YAML::Key << claim.section << YAML::Value;
    print(out, claim.target, *claim.shape);
  }
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace ashlar::detail
