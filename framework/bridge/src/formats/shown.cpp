#include "formats/shown.hpp"

#include <fmt/format.h>

namespace ashlar::bridge {
namespace {

constexpr std::size_t shown_bytes = 80;

}  // namespace

std::string shown(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, shown_bytes)) {
    if (c >= ' ' && c <= '~')
      out += c;
    else
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out + (text.size() > shown_bytes ? "…\"" : "\"");
}

}  // namespace ashlar::bridge
