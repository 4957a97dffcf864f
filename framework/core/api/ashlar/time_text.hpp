#pragma once

#include <ashlar/clock.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ashlar {

// `2026-11-20T12:00:00.000Z`: ISO 8601, UTC, always milliseconds. Throws Error for a year outside 0 to 9999.
std::string time_text(Time time);

// Reads ISO 8601 with date, time, any number of decimals (cut to milliseconds) and `Z` or `±hh:mm`; nothing for any other
// text, for a date that does not exist, and for a moment that time_text could not write.
std::optional<Time> parse_time(std::string_view text);

// `250ms`, `5s`, `2min`, `1h`, `1d`, also `us` and `ns`: the largest unit that says it exactly; zero is `0s`.
std::string duration_text(std::chrono::nanoseconds duration);

// Reads a whole number and one of the units above; nothing for any other text or beyond 292 years.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

}  // namespace ashlar
