#include "text/printable.hpp"

#include <fmt/format.h>

#include <ashlar/utf8.hpp>
#include <iterator>

namespace ashlar::ops {

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : as_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      shown += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

}  // namespace ashlar::ops
