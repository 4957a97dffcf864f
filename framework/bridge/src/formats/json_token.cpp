#include "formats/json_token.hpp"

#include <ashlar/utf8.hpp>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "formats/json_scan.hpp"

namespace ashlar::bridge {
namespace {

std::optional<char32_t> hexadecimal(std::string_view digits) {
  if (digits.size() != 4) return std::nullopt;
  char32_t value = 0;
  for (const char c : digits) {
    value <<= 4;
    if (c >= '0' && c <= '9')
      value |= static_cast<char32_t>(c - '0');
    else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
      value |= static_cast<char32_t>((c | 0x20) - 'a' + 10);
    else
      return std::nullopt;
  }
  return value;
}

constexpr bool is_high(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// What an escape stands for, and how many bytes it has; 0 where it is none. `text` begins at the backslash.
struct Escape {
  char32_t code_point = 0;
  std::size_t size = 0;
};

Escape escape(std::string_view text) {
  if (text.size() < 2) return {};
  switch (text[1]) {
    case '"':
    case '\\':
    case '/': return {static_cast<char32_t>(text[1]), 2};
    case 'b': return {'\b', 2};
    case 'f': return {'\f', 2};
    case 'n': return {'\n', 2};
    case 'r': return {'\r', 2};
    case 't': return {'\t', 2};
    case 'u': break;
    default: return {};
  }
  const auto unit = hexadecimal(text.substr(2, 4));
  if (!unit || is_low(*unit)) return {};
  if (!is_high(*unit)) return {*unit, 6};
  if (text.substr(6, 2) != "\\u") return {};
  const auto low = hexadecimal(text.substr(8, 4));
  if (!low || !is_low(*low)) return {};
  return {0x10000 + ((*unit - 0xD800) << 10 | (*low - 0xDC00)), 12};
}

void append_code_point(std::string& out, char32_t code_point) {
  const auto add = [&](char32_t byte) { out += static_cast<char>(byte); };
  const auto rest = [&](int bits) { add(0x80 | (code_point >> bits & 0x3F)); };
  if (code_point < 0x80) {
    add(code_point);
  } else if (code_point < 0x800) {
    add(0xC0 | code_point >> 6);
    rest(0);
  } else if (code_point < 0x10000) {
    add(0xE0 | code_point >> 12);
    rest(6);
    rest(0);
  } else {
    add(0xF0 | code_point >> 18);
    rest(12);
    rest(6);
    rest(0);
  }
}

// How many of eight bytes come before the first that is a quote, a backslash, a control character or not ASCII. The first
// that is marked is one of these; those after it may be marked wrongly.
std::size_t plain_of_eight(const char* eight) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t highs = 0x8080808080808080;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  const std::uint64_t quote = word ^ (ones * '"');
  const std::uint64_t backslash = word ^ (ones * '\\');
  const std::uint64_t marked =
      ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | (word - ones * 0x20) | word;
  return static_cast<std::size_t>(std::countr_zero(marked & highs)) / 8;
}

std::size_t digits_from(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

}  // namespace

JsonToken text_token(std::string_view text, std::size_t at) {
  bool escaped = false;
  ++at;
  for (;;) {
    for (std::size_t plain = 8; plain == 8 && at + 8 <= text.size(); at += plain)
      plain = plain_of_eight(text.data() + at);
    if (at == text.size()) return {at, "the document ends inside a text"};
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == '"') return {at + 1, nullptr, escaped};
    if (c == '\\') {
      const std::size_t size = escape(text.substr(at)).size;
      if (size == 0) return {at, "an escape that means nothing, or half of a surrogate pair"};
      escaped = true;
      at += size;
    } else if (c < ' ') {
      return {at, "a control character inside a text, which has to be escaped"};
    } else {
      const std::size_t length = utf8_character(text.substr(at));
      if (length == 0) return {at, "bytes that are not UTF-8"};
      at += length;
    }
  }
}

JsonToken number_token(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t whole = digits_from(text, at);
  if (whole == at) return {begin, not_a_value};
  if (text[at] == '0' && whole != at + 1) return {begin, "a number that begins with 0"};
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t end = digits_from(text, at + 1);
    if (end == at + 1) return {end, "a number that ends in its decimal point"};
    at = end;
  }
  if (at < text.size() && (text[at] | 0x20) == 'e') {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t end = digits_from(text, at);
    if (end == at) return {end, "a number whose exponent has no digits"};
    at = end;
  }
  return {at};
}

std::string text_of(const JsonSlice& value) {
  const std::string_view inner = value.bytes.substr(1, value.bytes.size() - 2);
  std::size_t at = inner.find('\\');
  if (at == inner.npos) return std::string(inner);
  std::string out(inner.substr(0, at));
  while (at < inner.size()) {
    if (inner[at] == '\\') {
      const Escape read = escape(inner.substr(at));
      append_code_point(out, read.code_point);
      at += read.size;
    } else {
      out += inner[at++];
    }
  }
  return out;
}

void append_json_text(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c != '"' && c != '\\' && byte >= ' ') continue;
    out += text.substr(plain, i - plain);
    plain = i + 1;
    out += '\\';
    switch (c) {
      case '\n': out += 'n'; break;
      case '\r': out += 'r'; break;
      case '\t': out += 't'; break;
      case '"':
      case '\\': out += c; break;
      default:
        out += "u00";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
  }
  out += text.substr(plain);
  out += '"';
}

}  // namespace ashlar::bridge
