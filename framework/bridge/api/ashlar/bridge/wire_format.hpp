#pragma once

#include <ashlar/bridge/message.hpp>
#include <ashlar/errors.hpp>
#include <ashlar/event_context.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ashlar::bridge {

// How an event looks outside the process; docs/wire-formats.md shows each.
enum class WireFormat {
  domain_event,
  aggregate,
  aggregate_camel,
  bare,
  cloudevents,
  automatic  // for reading: whichever it is
};

// As configuration writes them: `domain-event`, `aggregate`, `aggregate-camel`, `bare`, `cloudevents`, `auto`.
std::string_view name_of(WireFormat format);
std::optional<WireFormat> wire_format(std::string_view name);

// What a format needs beyond the event itself.
struct WireOptions {
  std::string application;       // becomes app_id and the first part of a CloudEvents source
  std::string routing_key{};     // empty: `name`, from version 2 on `name.vN`
  std::string aggregate_type{};  // empty: the name's entity segment in PascalCase
  std::string traceparent{};     // empty: none
};

// The event, whose data is JSON, as a message. `format` is not automatic.
Message write(WireFormat format, const Metadata& metadata, std::string_view data, const WireOptions& options);

// A message that is none of the formats, or not the one that was asked for: says what is wrong, and where.
class WireError : public Error {
 public:
  using Error::Error;
};

// What names outside mean here: `{SpeakerOnboarded: speaker.onboarded}`, or `speaker.onboarded@2`.
using TypeNames = std::map<std::string, std::string, std::less<>>;

struct ReadOptions {
  WireFormat format = WireFormat::automatic;
  TypeNames types{};
  std::size_t max_bytes = 1024 * 1024;
  int max_depth = 64;
};

struct WireEvent {
  Metadata metadata;
  std::string data;         // JSON
  std::string traceparent;  // empty: none
};

// Throws WireError. What the message does not say: the id is made from the message's bytes, so that the same message has the
// same id again; the time is `received`; the version is 1. Nothing is left of it on failure.
WireEvent read(const Message& message, const ReadOptions& options, Time received);

}  // namespace ashlar::bridge
