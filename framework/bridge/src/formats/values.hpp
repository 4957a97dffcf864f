#pragma once

#include <ashlar/bridge/message.hpp>
#include <ashlar/clock.hpp>
#include <ashlar/uuid.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace ashlar::bridge {

// `2`, `2.0`, `2.0.1` and `v2` are 2; nothing for another text.
std::optional<int> parse_version(std::string_view text);

// ISO 8601 as strangers write it: `T` or a space, with or without seconds, fraction and zone; UTC where there is none.
std::optional<Time> parse_foreign_time(std::string_view text);

// Seconds since 1970, or milliseconds where seconds would be past the year 9999; nothing for what no time can be.
std::optional<Time> time_of_seconds(std::int64_t seconds);

// The UUID that the text is, or for any other text the UUIDv5 that is made of it; nothing for the UUID of zeros alone.
std::optional<Uuid> parse_foreign_id(std::string_view text);

// The same message has the same id again: the UUIDv5 of its routing key, correlation id, timestamp and body.
Uuid id_of_bytes(const Message& message);

}  // namespace ashlar::bridge
