#include <fmt/format.h>

#include <ashlar/json.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "json/schema.hpp"
#include "shape/scalar.hpp"
#include "shape/short_name.hpp"

namespace ashlar {
namespace {

using Json = nlohmann::ordered_json;

class SchemaWriter {
 public:
  explicit SchemaWriter(const Shape& root, const EventInfo* event = nullptr) : root_(root), event_(event) {}

  Json document(std::string_view title) {
    Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}};
    if (!title.empty()) schema["title"] = title;
    if (event_ != nullptr) annotate(schema, event_->description, event_->deprecated);
    schema.update(root_.kind == Kind::record ? record(root_) : of(root_));
    if (event_ != nullptr) annotate_fields(schema["properties"]);
    if (!definitions_.empty()) schema["definitions"] = std::move(definitions_);
    return schema;
  }

 private:
  Json of(const Shape& shape) {
    switch (shape.kind) {
      case Kind::boolean: return {{"type", "boolean"}};
      case Kind::integer: return integer(shape);
      case Kind::real: return {{"type", "number"}};
      case Kind::string:
      case Kind::secret: return {{"type", "string"}};
      case Kind::enumerated: return enumerated(shape);
      case Kind::optional: return nullable(of(*shape.element));
      case Kind::list: return {{"type", "array"}, {"items", of(*shape.element)}};
      case Kind::map: return {{"type", "object"}, {"additionalProperties", of(*shape.element)}};
      case Kind::record: return reference(shape);
      case Kind::time_point: return {{"type", "string"}, {"format", "date-time"}};
      case Kind::duration: return {{"type", "string"}, {"pattern", "^-?[0-9]+(ns|us|ms|s|min|h|d)$"}};
      case Kind::uuid: return {{"type", "string"}, {"format", "uuid"}};
    }
    return {};
  }

  // Later drafts know `deprecated`; to readers of this one it is an annotation.
  static void annotate(Json& schema, std::string description, const std::optional<Deprecation>& deprecated) {
    if (deprecated) {
      if (!description.empty()) description += ' ';
      description += fmt::format("Deprecated since {}: {}", deprecated->since, deprecated->advice);
      schema["deprecated"] = true;
    }
    if (!description.empty()) schema["description"] = std::move(description);
  }

  void annotate_fields(Json& properties) const {
    for (const auto& [name, deprecation] : event_->deprecated_fields) {
      Json& property = properties[name];
      // What stands beside a $ref is not read.
      if (property.contains("$ref")) property = {{"allOf", Json::array({std::move(property)})}};
      annotate(property, {}, deprecation);
    }
  }

  static Json number(detail::Integer integer) {
    if (integer.negative) return static_cast<std::int64_t>(0 - integer.amount);
    return integer.amount;
  }

  static Json integer(const Shape& shape) {
    return {
        {"type", "integer"}, {"minimum", number(detail::least(shape))}, {"maximum", number(detail::greatest(shape))}};
  }

  static Json enumerated(const Shape& shape) {
    Json names = Json::array();
    for (const Enumerator& e : shape.enumerators) names.push_back(e.name);
    return {{"type", "string"}, {"enum", std::move(names)}};
  }

  // Null is what an empty optional may be read from, and how it is written where it cannot be left out.
  static Json nullable(Json schema) {
    if (!schema.contains("type") || schema.contains("enum")) {
      return {{"anyOf", Json::array({std::move(schema), Json{{"type", "null"}}})}};
    }
    schema["type"] = Json::array({schema["type"], "null"});
    return schema;
  }

  Json record(const Shape& shape) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const Field& field : shape.fields) {
      properties[std::string(field.name)] = of(*field.shape);
      if (field.shape->kind != Kind::optional) required.push_back(field.name);
    }
    Json schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
  }

  Json reference(const Shape& shape) {
    if (&shape == &root_) return {{"$ref", "#"}};
    auto name = names_.find(&shape);
    if (name == names_.end()) {
      name = names_.emplace(&shape, free_name(shape)).first;
      // Reserves the name, for a record that comes back to itself.
      definitions_[name->second] = nullptr;
      Json definition = record(shape);
      definitions_[name->second] = std::move(definition);
    }
    return {{"$ref", "#/definitions/" + name->second}};
  }

  // Two namespaces may each have a `Line`.
  std::string free_name(const Shape& shape) const {
    const std::string wanted(detail::short_name(shape.type_name));
    std::string name = wanted;
    for (int i = 2; definitions_.contains(name); ++i) name = wanted + "_" + std::to_string(i);
    return name;
  }

  const Shape& root_;
  const EventInfo* event_;
  Json definitions_ = Json::object();
  std::map<const Shape*, std::string> names_;
};

}  // namespace

std::string json_schema(const Shape& shape, std::string_view title) {
  return SchemaWriter(shape).document(title).dump();
}

std::string detail::event_schema(const Shape& data, std::string_view title, const EventInfo& event) {
  return SchemaWriter(data, &event).document(title).dump();
}

}  // namespace ashlar
