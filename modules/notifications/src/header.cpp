#include "header.hpp"

#include <algorithm>
#include <array>
#include <ashlar/utf8.hpp>
#include <cstddef>
#include <cstdint>

namespace notifications {

namespace {

constexpr std::string_view word_begin = "=?utf-8?B?";
constexpr std::string_view word_end = "?=";
constexpr std::size_t bytes_per_word = 42;    // 56 characters of base64: a word of 68, where 75 are allowed
constexpr std::size_t plain_text_limit = 60;  // with the header's name it still fits a line of 78

bool letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool plain(std::string_view text) {
  return text.size() <= plain_text_limit && text.find("=?") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }) &&
         (text.empty() || (text.front() != ' ' && text.back() != ' '));
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < group.size() ? static_cast<std::uint8_t>(group[k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= group.size() ? digits[bits >> (18 - 6 * k) & 0x3f] : '=';
  }
  return text;
}

// A word never ends inside a character, as RFC 2047 asks.
std::string encoded_words(std::string_view text) {
  const std::string clean = ashlar::as_utf8(text);
  std::string_view rest = clean;
  std::string words;
  while (!rest.empty()) {
    std::size_t size = 0;
    while (size < rest.size()) {
      const std::size_t character = ashlar::utf8_character(rest.substr(size));
      if (size + character > bytes_per_word) break;
      size += character;
    }
    if (!words.empty()) words += "\r\n ";
    words.append(word_begin).append(base64(rest.substr(0, size))).append(word_end);
    rest.remove_prefix(size);
  }
  return words;
}

// Labels joined by dots, none empty.
bool dotted(std::string_view text, std::string_view extra) {
  char before = '.';
  for (char c : text) {
    if (c == '.' ? before == '.' : !letter_or_digit(c) && extra.find(c) == std::string_view::npos) return false;
    before = c;
  }
  return before != '.';
}

}  // namespace

std::string header_text(std::string_view text) { return plain(text) ? std::string(text) : encoded_words(text); }

std::string display_name(std::string_view name) {
  if (name.empty()) return {};
  if (!plain(name)) return encoded_words(name);
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

const std::string& checked_address(const std::string& address) {
  const std::size_t at = address.find('@');
  const bool good = at != std::string::npos && at > 0 && at <= 64 && address.size() <= 254 &&
                    dotted(std::string_view(address).substr(0, at), "!#$%&'*+-/=?^_`{|}~") &&
                    dotted(std::string_view(address).substr(at + 1), "-");
  if (!good) {
    throw InvalidAddress("'" + header_text(address) +
                         "' is no address that mail can be sent to: name@domain is, in ASCII and without spaces");
  }
  return address;
}

}  // namespace notifications
