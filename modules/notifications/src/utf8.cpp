#include "utf8.hpp"

#include <boost/nowide/utf/utf.hpp>

namespace notifications {

std::size_t utf8_character(std::string_view text) {
  using boost::nowide::utf::is_valid_codepoint;
  const char* position = text.data();
  const auto character = boost::nowide::utf::utf_traits<char>::decode(position, text.data() + text.size());
  return is_valid_codepoint(character) ? static_cast<std::size_t>(position - text.data()) : 0;
}

std::string as_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = utf8_character(text);
    if (size == 0) {
      clean += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      clean += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return clean;
}

}  // namespace notifications
