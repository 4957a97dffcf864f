#include "formats/source.hpp"

#include <ashlar/utf8.hpp>
#include <charconv>

namespace ashlar::bridge {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

void append_segment(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  out += '/';
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i != text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return is_utf8(out) ? out : std::string(text);
}

}  // namespace

std::string cloud_source(std::string_view application, std::string_view module) {
  std::string out;
  if (!application.empty()) append_segment(out, application);
  append_segment(out, module);
  return out;
}

std::string module_of_cloud_source(std::string_view source) {
  if (source.empty() || source[0] != '/' || source.substr(0, 2) == "//") return std::string(source);
  const std::size_t second = source.find('/', 1);
  if (second == source.npos) return unescaped(source.substr(1));
  const bool has_two_segments = source.find('/', second + 1) == source.npos;
  return has_two_segments ? unescaped(source.substr(second + 1)) : std::string(source);
}

}  // namespace ashlar::bridge
