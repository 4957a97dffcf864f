#include <ashlar/utf8.hpp>

#include <boost/nowide/utf/utf.hpp>
#include <cstdint>
#include <cstring>

namespace ashlar {

std::size_t utf8_character(std::string_view text) {
  namespace utf = boost::nowide::utf;
  const char* position = text.data();
  const utf::code_point character = utf::utf_traits<char>::decode(position, text.data() + text.size());
  return utf::is_valid_codepoint(character) ? static_cast<std::size_t>(position - text.data()) : 0;
}

std::size_t utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at != text.size()) {
    // Most texts are ASCII: eight bytes at a time.
    std::uint64_t eight = 0;
    if (text.size() - at >= sizeof eight) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if ((eight & 0x8080808080808080) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    const std::size_t length = utf8_character(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

std::string as_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t valid = utf8_prefix(text);
    clean += text.substr(0, valid);
    text.remove_prefix(valid);
    if (text.empty()) break;
    clean += "\xEF\xBF\xBD";
    text.remove_prefix(1);
  }
  return clean;
}

}  // namespace ashlar
