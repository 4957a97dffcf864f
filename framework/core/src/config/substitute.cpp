#include "config/substitute.hpp"

#include <algorithm>
#include <optional>

#include "text/printable.hpp"

namespace ashlar::detail {
namespace {

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !text.empty() && letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// `inside` is what stands between the braces.
void replace(Substituted& result, std::string_view inside, const Configuration::Environment& environment) {
  const std::size_t separator = inside.find(":-");
  const std::string_view name = inside.substr(0, separator);
  if (!is_name(name)) {
    result.problem = "${" + printable(inside, 40) + "} names no environment variable; write $${ for the characters ${";
    return;
  }
  std::optional<std::string> value;
  if (environment) value = environment(name);
  result.replaced = true;
  if (separator != inside.npos && (!value || value->empty())) {
    result.text += inside.substr(separator + 2);
  } else if (value) {
    result.text += *value;
    result.from_environment = true;
  } else {
    result.unset.emplace_back(name);
  }
}

}  // namespace

Substituted substitute(std::string_view text, const Configuration::Environment& environment, std::size_t limit) {
  Substituted result;
  while (!text.empty() && result.problem.empty() && result.text.size() <= limit) {
    if (text.starts_with("$${")) {
      result.text += "${";
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      const std::size_t end = text.find('}');
      if (end == text.npos) {
        result.problem = "a ${ without its }; write $${ for the characters ${";
      } else {
        replace(result, text.substr(2, end - 2), environment);
        text.remove_prefix(end + 1);
      }
    } else {
      result.text += text[0];
      text.remove_prefix(1);
    }
  }
  return result;
}

}  // namespace ashlar::detail
