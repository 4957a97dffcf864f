#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace ashlar::bridge {

// A header's value. What a broker delivers of another kind arrives as JSON text.
using HeaderValue = std::variant<std::string, std::int64_t>;

// What a broker carries: bytes under a routing key, with the properties and headers of AMQP 0-9-1
// (https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, basic class). Empty: not there.
struct Message {
  std::string routing_key;
  std::string body;
  std::string message_id{};
  std::string type{};
  std::string content_type{};
  std::string content_encoding{};
  std::string correlation_id{};
  std::string app_id{};
  std::optional<std::int64_t> timestamp_s{};  // since 1970
  std::map<std::string, HeaderValue, std::less<>> headers{};
};

// Which delivery of which queue; only the broker that made it can read it.
struct Receipt {
  std::uint64_t link = 0;  // the connection it came by: after that is gone the broker delivers the message again
  std::uint64_t tag = 0;
};

// One that came from a queue.
struct Incoming {
  Message message;
  std::string queue;
  std::string exchange{};
  bool redelivered = false;
  Receipt receipt{};
};

}  // namespace ashlar::bridge
