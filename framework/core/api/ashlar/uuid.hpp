#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ashlar {

// A universally unique identifier (RFC 9562), 16 bytes in network order.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  // Version 7: milliseconds since 1970 in front, so that ids sort by time, then random bits that only grow within the
  // millisecond. Any thread; ids made by one thread rise strictly, also when the time it gives goes back.
  static Uuid v7(std::int64_t unix_milliseconds);

  // Reads 8-4-4-4-12 hexadecimal digits in either case; nothing for any other text.
  static std::optional<Uuid> parse(std::string_view text);

  // 36 characters, lower case.
  std::string to_string() const;

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace ashlar
