#include "text/printable.hpp"

#include <fmt/format.h>

#include <boost/nowide/utf/utf.hpp>
#include <cstdint>
#include <iterator>

namespace ashlar::detail {
namespace {

namespace utf = boost::nowide::utf;
using Utf8 = utf::utf_traits<char>;

bool is_plain(char c) { return c >= 0x20 && c < 0x7f; }

bool is_printable(utf::code_point c) {
  if (c < 0xa0) return c >= 0x20 && c < 0x7f;
  const bool turns_direction =
      c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  return !turns_direction && c != 0x2028 && c != 0x2029 && c != 0xfeff;
}

void append_escape(std::string& out, utf::code_point c) {
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (c < 0x100) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", c);
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
  }
}

}  // namespace

void append_printable(std::string& out, std::string_view text, std::size_t limit, char quote) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* p = begin; p != end;) {
    if (static_cast<std::size_t>(p - begin) >= limit) {
      out += "…";
      return;
    }
    if (is_plain(*p)) {
      if (quote != '\0' && (*p == quote || *p == '\\')) out += '\\';
      out += *p++;
      continue;
    }
    const char* const start = p;
    const utf::code_point c = Utf8::decode(p, end);
    if (c == utf::illegal || c == utf::incomplete) {
      p = start + 1;
      append_escape(out, static_cast<std::uint8_t>(*start));
    } else if (is_printable(c)) {
      out.append(start, p);
    } else {
      append_escape(out, c);
    }
  }
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  append_printable(out, text, limit);
  return out;
}

std::string quoted(std::string_view text, std::size_t limit) {
  std::string out = "\"";
  append_printable(out, text, limit, '"');
  out += '"';
  return out;
}

}  // namespace ashlar::detail
