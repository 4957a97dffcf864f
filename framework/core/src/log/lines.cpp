#include "log/lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ashlar/time_text.hpp>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>
#include <variant>

#include "text/printable.hpp"

namespace ashlar::detail {
namespace {

using Json = nlohmann::ordered_json;

void append_word(std::string& line, std::string_view word) {
  const auto must_be_quoted = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || c == '"' || c == '=' || c == '\\';
  };
  if (word.empty() || std::any_of(word.begin(), word.end(), must_be_quoted)) {
    line += quoted(word);
  } else {
    append_printable(line, word);
  }
}

void append_value(std::string& line, const LogField::Value& value) {
  std::visit(
      [&](const auto& v) {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string_view>) {
          append_word(line, v);
        } else {
          line += fmt::format("{}", v);
        }
      },
      value);
}

// The name of field `i` in an object that already has `line`'s members.
std::string free_key(std::span<const LogField> fields, std::size_t i, const Json& line) {
  std::string key(fields[i].key);
  const std::span<const LogField> later = fields.subspan(i + 1);
  const auto taken = [&] {
    return line.contains(key) ||
           std::any_of(later.begin(), later.end(), [&](const LogField& f) { return f.key == key; });
  };
  while (taken()) key.insert(0, "field_");
  return key;
}

}  // namespace

std::string_view name_of(LogLevel level) {
  constexpr std::array<std::string_view, 6> names = {"trace", "debug", "info", "warning", "error", "off"};
  return names[static_cast<std::size_t>(level)];
}

std::string text_line(std::string_view text, std::span<const LogField> fields) {
  std::string line = printable(text);
  std::string_view separator = "  ";
  for (const LogField& field : fields) {
    line += std::exchange(separator, " ");
    append_word(line, field.key);
    line += '=';
    append_value(line, field.value);
  }
  return line;
}

std::string json_line(Time time, std::string_view module, LogLevel level, std::string_view text,
                      std::span<const LogField> fields) {
  Json line{{"time", time_text(time)}, {"level", name_of(level)}, {"module", module}, {"text", text}};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::visit([&](const auto& value) { line[free_key(fields, i, line)] = value; }, fields[i].value);
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ashlar::detail
