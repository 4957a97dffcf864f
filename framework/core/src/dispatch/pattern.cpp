#include <ashlar/event_pattern.hpp>

#include "text/printable.hpp"

#include <fmt/format.h>

#include <ashlar/errors.hpp>
#include <ashlar/event.hpp>
#include <charconv>
#include <span>
#include <utility>
#include <vector>

namespace ashlar {
namespace {

// The first segment, and what follows it; an empty text has no segment.
std::pair<std::string_view, std::string_view> split(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return {text, {}};
  return {text.substr(0, dot), text.substr(dot + 1)};
}

constexpr std::size_t most_digits = 10;

// References come from outside too.
std::string shown(std::string_view text) { return detail::printable(text, detail::shown_of_a_value); }

bool is_segment(std::string_view segment) {
  return !segment.empty() && segment.find('.') == std::string_view::npos && has_event_name_characters(segment);
}

using Segments = std::span<const std::string>;

bool overlap(Segments a, Segments b) {
  if (a.empty() && b.empty()) return true;
  if (!a.empty() && a.front() == "#") return overlap(a.subspan(1), b) || (!b.empty() && overlap(a, b.subspan(1)));
  if (!b.empty() && b.front() == "#") return overlap(b, a);
  if (a.empty() || b.empty()) return false;
  if (a.front() != b.front() && a.front() != "*" && b.front() != "*") return false;
  return overlap(a.subspan(1), b.subspan(1));
}

std::vector<std::string> segments_of(std::string_view name) {
  std::vector<std::string> segments{""};
  for (const char c : name) {
    if (c == '.') {
      segments.emplace_back();
    } else {
      segments.back() += c;
    }
  }
  return segments;
}

}  // namespace

bool is_pattern(std::string_view text) { return text.find_first_of("*#") != std::string_view::npos; }

std::string pattern_problem(std::string_view pattern) {
  if (pattern.empty() || pattern.size() > max_event_name_size) return "a pattern has 1 to 200 characters";
  std::string_view rest = pattern;
  bool more = true;
  while (more) {
    more = rest.find('.') != std::string_view::npos;
    const auto [segment, after] = split(rest);
    if (segment != "*" && segment != "#" && !is_segment(segment)) {
      return fmt::format("'{}' is neither a segment [a-z][a-z0-9_]* nor '*' nor '#'", shown(segment));
    }
    rest = after;
  }
  return {};
}

std::string normal_event_reference(std::string_view text) {
  if (is_pattern(text)) {
    if (const std::string problem = pattern_problem(text); !problem.empty()) {
      throw DeclarationError(fmt::format("'{}' is no pattern: {}", shown(text), problem));
    }
    return std::string(text);
  }
  const auto at = text.find('@');
  const std::string_view name = text.substr(0, at);
  int version = 1;
  if (at != std::string_view::npos) {
    const std::string_view digits = text.substr(at + 1, most_digits + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
    if (digits.size() > most_digits || error != std::errc() || end != digits.data() + digits.size() || version < 1) {
      throw DeclarationError(fmt::format("'{}': after '@' stands a version from 1 up", shown(text)));
    }
  }
  if (!is_event_name(name)) {
    throw DeclarationError(fmt::format(
        "'{}' is no event name: two to six segments [a-z][a-z0-9_]* joined by dots, like 'orders.order.placed'",
        shown(name)));
  }
  return version == 1 ? std::string(name) : fmt::format("{}@{}", name, version);
}

bool matches(std::string_view pattern, std::string_view name) {
  // Where the last `#` stood, and the name's rest there: to give it one segment more when the rest does not fit.
  std::string_view retry_pattern;
  std::string_view retry_name;
  bool can_retry = false;
  for (;;) {
    if (pattern.empty() && name.empty()) return true;
    const auto [wanted, pattern_rest] = split(pattern);
    if (wanted == "#") {
      if (pattern_rest.empty()) return true;
      retry_pattern = pattern_rest;
      retry_name = name;
      can_retry = true;
      pattern = pattern_rest;
      continue;
    }
    const auto [segment, name_rest] = split(name);
    if (!pattern.empty() && !name.empty() && (wanted == "*" || wanted == segment)) {
      pattern = pattern_rest;
      name = name_rest;
      continue;
    }
    if (!can_retry || retry_name.empty()) return false;
    retry_name = split(retry_name).second;
    pattern = retry_pattern;
    name = retry_name;
  }
}

bool selects(std::string_view reference_or_pattern, std::string_view name, int version) {
  if (is_pattern(reference_or_pattern)) return matches(reference_or_pattern, name);
  const auto at = reference_or_pattern.find('@');
  if (reference_or_pattern.substr(0, at) != name) return false;
  const std::string_view digits = at == std::string_view::npos ? "1" : reference_or_pattern.substr(at + 1);
  return digits == std::to_string(version);
}

bool overlap(std::string_view a, std::string_view b) {
  const auto name = [](std::string_view text) { return text.substr(0, text.find('@')); };
  const auto version = [](std::string_view text) {
    const auto at = text.find('@');
    return at == std::string_view::npos ? std::string_view("1") : text.substr(at + 1);
  };
  if (!is_pattern(a) && !is_pattern(b) && version(a) != version(b)) return false;
  return overlap(segments_of(name(a)), segments_of(name(b)));
}

}  // namespace ashlar
