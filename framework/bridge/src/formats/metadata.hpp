#pragma once

#include <ashlar/bridge/wire_format.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "formats/event_name.hpp"

namespace ashlar::bridge {

// What the properties and headers of a message say; what the body says comes first, and is given to these.

// The event that the type, the header event_type, the routing key or `in_data` names: the first of them that means something.
EventName name_outside_of_body(const Message& message, const TypeNames& types, std::string_view in_data = {});

int version_of(const EventName& name, std::optional<int> in_body, const Message& message, const TypeNames& types);

Uuid id_of(const std::optional<std::string>& in_body, const Message& message);

Time time_of(std::optional<Time> in_body, const Message& message, Time received);

// Fills the texts that are empty.
void fill_from_outside_of_body(Metadata& event, const Message& message);

}  // namespace ashlar::bridge
