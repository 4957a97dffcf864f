#pragma once

#include <ashlar/event_registry.hpp>
#include <ashlar/shape.hpp>
#include <string>
#include <string_view>

namespace ashlar::detail {

// The JSON Schema of an event's data, with what `event` tells: its description, and what is deprecated.
std::string event_schema(const Shape& data, std::string_view title, const EventInfo& event);

}  // namespace ashlar::detail
