#include <array>
#include <ashlar/bridge/wire_format.hpp>
#include <utility>

namespace ashlar::bridge {
namespace {

constexpr std::array<std::pair<std::string_view, WireFormat>, 6> format_names{
    {{"domain-event", WireFormat::domain_event},
     {"aggregate", WireFormat::aggregate},
     {"aggregate-camel", WireFormat::aggregate_camel},
     {"bare", WireFormat::bare},
     {"cloudevents", WireFormat::cloudevents},
     {"auto", WireFormat::automatic}}};

}  // namespace

std::string_view name_of(WireFormat format) {
  for (const auto& [name, named] : format_names) {
    if (named == format) return name;
  }
  return {};
}

std::optional<WireFormat> wire_format(std::string_view name) {
  for (const auto& [known, format] : format_names) {
    if (known == name) return format;
  }
  return std::nullopt;
}

}  // namespace ashlar::bridge
