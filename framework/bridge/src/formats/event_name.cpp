#include "formats/event_name.hpp"

#include <fmt/format.h>

#include <ashlar/event.hpp>
#include <ashlar/event_pattern.hpp>

#include "formats/shown.hpp"
#include "formats/values.hpp"

namespace ashlar::bridge {
namespace {

EventName mapped(std::string_view outside, const std::string& reference) {
  try {
    const std::string normal = normal_event_reference(reference);
    const std::size_t at = normal.find('@');
    EventName event{normal.substr(0, at)};
    if (is_event_name(event.name)) {
      if (at != normal.npos) event.version = parse_version(std::string_view(normal).substr(at + 1));
      // Written with a version it is that one, also where it is the first.
      if (!event.version && reference.find('@') != reference.npos) event.version = 1;
      return event;
    }
  } catch (const DeclarationError&) {
    // Said below.
  }
  throw WireError(
      fmt::format("types: {} is mapped to {}, which names no event: write domain.entity.action, or with a "
                  "version domain.entity.action@2",
                  shown(outside), shown(reference)));
}

}  // namespace

std::optional<EventName> event_of(std::string_view outside, const TypeNames& types) {
  if (const auto found = types.find(outside); found != types.end()) return mapped(outside, found->second);
  if (!ends_in_a_version(outside)) {
    return is_event_name(outside) ? std::optional(EventName{std::string(outside)}) : std::nullopt;
  }
  const std::size_t dot = outside.rfind('.');
  const auto version = parse_version(outside.substr(dot + 1));
  if (dot == outside.npos || !version) return std::nullopt;
  auto event = event_of(outside.substr(0, dot), types);
  if (event && !event->version) event->version = version;
  return event;
}

void fail_name(std::string_view place, std::string_view outside) {
  throw WireError(fmt::format(
      "{}: {} is no name of an event here, which is like domain.entity.action in lower case; say which event "
      "it means, at the queue in the configuration: types: {{{}: domain.entity.action}}",
      place, shown(outside), shown(outside)));
}

}  // namespace ashlar::bridge
