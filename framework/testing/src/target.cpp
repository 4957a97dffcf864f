#include "target.hpp"

#include <charconv>
#include <cstddef>

namespace ashlar::testing {
namespace {

enum class Plus { stays, is_space };

std::optional<std::string> decode(std::string_view text, Plus plus) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      unsigned code = 0;
      const std::string_view digits = text.substr(i + 1, 2);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
      if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2 || code == 0) return std::nullopt;
      decoded += static_cast<char>(code);
      i += 2;
    }
  }
  return decoded;
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<Target> parse_target(std::string_view text) {
  const std::size_t mark = text.find('?');
  const std::string_view path = text.substr(0, mark);
  if (!path.starts_with('/')) return std::nullopt;
  Target target;
  for (const std::string& segment : split(path.substr(1), '/')) {
    const std::optional<std::string> decoded = decode(segment, Plus::stays);
    if (!decoded) return std::nullopt;
    target.path += "/" + *decoded;
    target.segments.push_back(*decoded);
  }
  if (mark == std::string_view::npos) return target;
  for (const std::string& part : split(text.substr(mark + 1), '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const auto name = decode(std::string_view(part).substr(0, equals), Plus::is_space);
    const auto value =
        decode(equals == std::string::npos ? "" : std::string_view(part).substr(equals + 1), Plus::is_space);
    if (!name || !value) return std::nullopt;
    target.query.emplace(*name, *value);
  }
  return target;
}

}  // namespace ashlar::testing
