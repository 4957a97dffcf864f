#include "text/printable.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "text/json_text.hpp"

namespace ashlar::ops {

std::string printable(std::string_view text) {
  const std::string valid = nlohmann::json::parse(json_text(text)).get<std::string>();
  std::string shown;
  for (const char c : valid) {
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
