#pragma once

#include <array>
#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/time_text.hpp>
#include <string>
#include <string_view>

namespace sample {

using ashlar::bridge::WireFormat;

inline constexpr std::array formats{WireFormat::domain_event, WireFormat::aggregate, WireFormat::aggregate_camel,
                                    WireFormat::bare, WireFormat::cloudevents};

inline constexpr std::string_view data =
    R"({"order_id":"o-17","customer":"Zoë","total":{"amount":129900,"currency":"EUR"}})";
inline constexpr std::string_view traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

inline ashlar::Time time(std::string_view text) { return ashlar::parse_time(text).value(); }

inline const ashlar::Time received = time("2026-12-24T18:00:00.123Z");

// An event of which everything is known.
inline ashlar::Metadata everything() {
  ashlar::Metadata event;
  event.id = ashlar::Uuid::parse("01957a2e-8c40-7d31-9f2a-3b5c7d9e1f20").value();
  event.name = "orders.order.placed";
  event.time = time("2026-11-20T12:00:00.000Z");
  event.source = "orders";
  event.correlation_id = "01957a2e-8c3f-7a10-8b11-5c6d7e8f9a0b";
  event.causation_id = "01957a2e-8c40-7001-a2b3-c4d5e6f7a8b9";
  event.tenant_id = "acme";
  event.user_id = "u-42";
  event.key = "o-17";
  return event;
}

// One of which only what is required is known.
inline ashlar::Metadata little() {
  ashlar::Metadata event = everything();
  event.correlation_id = event.causation_id = event.tenant_id = event.user_id = event.key = "";
  return event;
}

inline ashlar::bridge::WireOptions shop() { return {.application = "shop", .traceparent = std::string(traceparent)}; }

// A message of nothing but a body and a routing key.
inline ashlar::bridge::Message stranger(std::string routing_key, std::string body) {
  return {.routing_key = std::move(routing_key), .body = std::move(body)};
}

// What read() throws; empty where it does not.
inline std::string problem_of(const ashlar::bridge::Message& message, const ashlar::bridge::ReadOptions& options = {}) {
  try {
    ashlar::bridge::read(message, options, received);
    return {};
  } catch (const ashlar::bridge::WireError& error) {
    return error.what();
  }
}

}  // namespace sample
