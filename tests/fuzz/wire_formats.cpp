#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/event.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace ashlar::bridge;

constexpr ashlar::Time received{std::chrono::milliseconds{1'795'176'000'000}};

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

void set(Message& message, std::string_view name, std::string_view value) {
  const std::string text(value);
  if (name == "message_id")
    message.message_id = text;
  else if (name == "type")
    message.type = text;
  else if (name == "content_type")
    message.content_type = text;
  else if (name == "correlation_id")
    message.correlation_id = text;
  else if (name == "app_id")
    message.app_id = text;
  else if (name == "timestamp")
    message.timestamp_s = static_cast<std::int64_t>(std::strtoll(text.c_str(), nullptr, 10));
  else if (!value.empty() && value[0] == '#')
    message.headers[std::string(name)] = static_cast<std::int64_t>(std::strtoll(text.c_str() + 1, nullptr, 10));
  else
    message.headers[std::string(name)] = text;
}

// The format's name, the routing key, lines of `name: value` (of a header `name: #5` is an integer), an empty line, the body.
Message message_of(std::string_view text, WireFormat& format) {
  format = wire_format(take_line(text)).value_or(WireFormat::automatic);
  Message message{.routing_key = std::string(take_line(text)), .body = {}};
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const std::size_t colon = line.find(": ");
    if (colon != line.npos) set(message, line.substr(0, colon), line.substr(colon + 2));
  }
  message.body = text;
  return message;
}

bool same(const WireEvent& a, const WireEvent& b) {
  const ashlar::Metadata &x = a.metadata, &y = b.metadata;
  return x.id == y.id && x.name == y.name && x.version == y.version && x.source == y.source &&
         x.correlation_id == y.correlation_id && x.causation_id == y.causation_id && x.tenant_id == y.tenant_id &&
         x.user_id == y.user_id && x.key == y.key && a.data == b.data && a.traceparent == b.traceparent;
}

}  // namespace

// What can be read can be written in each format, and is read as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  WireFormat format = WireFormat::automatic;
  const Message message = message_of({reinterpret_cast<const char*>(data), size}, format);
  try {
    const ReadOptions options{.format = format, .types = {{"SpeakerOnboarded", "speaker.onboarded@2"}}};
    WireEvent event = read(message, options, received);
    // Whose source nobody says is read as the application's.
    if (event.metadata.source.empty()) event.metadata.source = "a";
    if (!ashlar::is_event_name(event.metadata.name) || event.metadata.version < 1) std::abort();
    for (const WireFormat way : {WireFormat::domain_event, WireFormat::aggregate, WireFormat::aggregate_camel,
                                 WireFormat::bare, WireFormat::cloudevents}) {
      const Message written =
          write(way, event.metadata, event.data, {.application = "a", .traceparent = event.traceparent});
      const WireEvent back = read(written, {.format = way}, received);
      if (!same(back, event)) std::abort();
      if (way != WireFormat::bare && back.metadata.time != event.metadata.time) std::abort();
    }
  } catch (const WireError& error) {
    if (std::string_view(error.what()).size() > 1000) std::abort();
  }
  return 0;
}
