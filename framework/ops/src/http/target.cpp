#include "http/target.hpp"

#include <ashlar/utf8.hpp>
#include <cstddef>

namespace ashlar::ops {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { stays, is_space };

std::optional<std::string> decode(std::string_view text, Plus plus) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus == Plus::is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    decoded += c;
  }
  if (!is_utf8(decoded)) return std::nullopt;
  return decoded;
}

// Calls `each` with the parts of `text` between the separators; stops where it returns false.
template <class Each>
bool split(std::string_view text, char separator, Each each) {
  for (;;) {
    const std::size_t end = text.find(separator);
    if (!each(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const std::size_t mark = text.find('?');
  std::string_view path = text.substr(0, mark);
  if (!path.starts_with('/')) return std::nullopt;

  Target target;
  const bool path_is_good = split(path.substr(1), '/', [&](std::string_view segment) {
    std::optional<std::string> decoded = decode(segment, Plus::stays);
    if (!decoded) return false;
    target.path += "/" + *decoded;
    target.segments.push_back(std::move(*decoded));
    return true;
  });
  if (!path_is_good) return std::nullopt;
  if (mark == std::string_view::npos) return target;

  const bool query_is_good = split(text.substr(mark + 1), '&', [&](std::string_view part) {
    if (part.empty()) return true;
    const std::size_t equals = part.find('=');
    const auto name = decode(part.substr(0, equals), Plus::is_space);
    const auto value =
        decode(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1), Plus::is_space);
    if (!name || !value) return false;
    target.query.emplace(*name, *value);
    return true;
  });
  if (!query_is_good) return std::nullopt;
  return target;
}

}  // namespace ashlar::ops
