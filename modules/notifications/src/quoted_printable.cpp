#include "quoted_printable.hpp"

#include <cstddef>
#include <cstdint>

namespace notifications {

namespace {

constexpr std::size_t line_limit = 76;

std::string encoded(char c) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<std::uint8_t>(c);
  return {'=', digits[byte >> 4], digits[byte & 0xf]};
}

// A dot in front would end the mail for a careless SMTP relay, a "From " in front a mail in a mailbox file, and
// blanks at the end get lost.
bool keeps_its_form(char c, bool first, bool last) {
  if (first && (c == '.' || c == 'F')) return false;
  if (c == ' ' || c == '\t') return !last;
  return c > ' ' && c <= '~' && c != '=';
}

void append_line(std::string& body, std::string_view line) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto next = [&] {
      const bool plain = keeps_its_form(line[i], width == 0, i + 1 == line.size());
      return plain ? std::string(1, line[i]) : encoded(line[i]);
    };
    if (width + next().size() > line_limit - 1) {
      body += "=\r\n";
      width = 0;
    }
    const std::string text = next();
    body += text;
    width += text.size();
  }
  body += "\r\n";
}

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string body;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    append_line(body, text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(text.substr(end, 2) == "\r\n" ? end + 2 : end + 1);
  }
  return body;
}

}  // namespace notifications
