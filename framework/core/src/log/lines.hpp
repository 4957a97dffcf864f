#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/log.hpp>
#include <span>
#include <string>
#include <string_view>

namespace ashlar::detail {

// As levels are named in lines and in the configuration.
std::string_view name_of(LogLevel level);

// `order placed  order_id=7 lines=3`; no text and no value can begin a new line or pass for another field.
std::string text_line(std::string_view text, std::span<const LogField> fields);

// One JSON object. A field whose key is taken, by time, level, module, text or a later field, is prefixed by `field_`.
std::string json_line(Time time, std::string_view module, LogLevel level, std::string_view text,
                      std::span<const LogField> fields);

}  // namespace ashlar::detail
