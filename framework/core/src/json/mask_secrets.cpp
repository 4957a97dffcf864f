#include <algorithm>
#include <array>
#include <ashlar/json.hpp>
#include <ashlar/mask_secrets.hpp>
#include <nlohmann/json.hpp>

namespace ashlar {
namespace {

using Json = nlohmann::ordered_json;

bool is_secret(std::string name) {
  static constexpr std::array<std::string_view, 4> words{"token", "password", "secret", "credential"};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::any_of(words.begin(), words.end(), [&](auto word) { return name.find(word) != std::string::npos; });
}

void mask(Json& value) {
  if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      if (is_secret(name)) {
        member = "***";
      } else {
        mask(member);
      }
    }
  } else if (value.is_array()) {
    for (Json& element : value) mask(element);
  }
}

}  // namespace

std::string mask_secrets(std::string_view json) {
  constexpr int most = static_cast<int>(JsonLimits{}.depth);
  Json value;
  try {
    value = Json::parse(json, [](int depth, Json::parse_event_t, Json&) {
      if (depth > most) throw JsonError({}, "is nested too deep");
      return true;
    });
    mask(value);
    return value.dump();
  } catch (const Json::exception&) {
    throw JsonError({}, "no valid JSON");
  }
}

}  // namespace ashlar
