#pragma once

#include <ashlar/bridge/wire_format.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace ashlar::bridge {

// An event of ours; `version` only where the name or the configuration says it.
struct EventName {
  std::string name;
  std::optional<int> version{};
};

// What a name outside means here: by configuration, or because our grammar allows it, both with and without `.vN` at its end.
// Nothing where it means nothing. Throws WireError where the configuration names no event.
std::optional<EventName> event_of(std::string_view outside, const TypeNames& types);

// Says how to map the name that stands at `place`.
[[noreturn]] void fail_name(std::string_view place, std::string_view outside);

}  // namespace ashlar::bridge
