#include "redact.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace audit {

namespace {

bool is_secret(std::string name) {
  static constexpr std::array<std::string_view, 4> words{"token", "password", "secret", "credential"};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::any_of(words.begin(), words.end(), [&](auto word) { return name.find(word) != std::string::npos; });
}

void mask(nlohmann::ordered_json& value) {
  if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      if (is_secret(name)) {
        member = "***";
      } else {
        mask(member);
      }
    }
  } else if (value.is_array()) {
    for (auto& element : value) mask(element);
  }
}

}  // namespace

std::string redact(std::string_view json) {
  auto value = nlohmann::ordered_json::parse(json);
  mask(value);
  return value.dump();
}

}  // namespace audit
