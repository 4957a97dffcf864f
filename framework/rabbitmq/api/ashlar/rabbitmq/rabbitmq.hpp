#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/bridge/topology.hpp>
#include <ashlar/log.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace ashlar::rabbitmq {

// For amqps. Files in PEM. The broker's certificate and name are always verified.
struct Tls {
  std::string ca_file{};           // empty: the machine's authorities
  std::string certificate_file{};  // of ours, where the broker asks for one
  std::string key_file{};
};

struct Options {
  // `amqp://user:password@host:port/vhost` or amqps; several are tried in turn. What is left out: guest, guest, 5672 or
  // 5671, `/`; reserved characters are percent-encoded (https://www.rabbitmq.com/docs/uri-spec).
  std::vector<std::string> urls;
  Tls tls{};
  std::string connection_name = "ashlar";  // for the broker's own pages
  std::chrono::seconds heartbeat{10};      // a line that says nothing for twice as long is gone
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds backoff{100};  // before the second try; twice as long before each further one
  std::chrono::milliseconds max_backoff{30'000};
  std::size_t window = 256;                          // unconfirmed messages on the line; more wait in memory
  std::size_t max_message_bytes = 16 * 1024 * 1024;  // larger ones are refused, and rejected where they come in
  bool publishes = true;                             // false: no line for publishing, and what is published is lost
  Log log = Log(nullptr, "rabbitmq");                // by default nothing is written
};

// A RabbitMQ broker, 3.10 or newer. Throws Error for a URL or an option that is wrong; credentials stand in no error.
std::unique_ptr<bridge::Broker> make_broker(Options options, bridge::Topology topology);

}  // namespace ashlar::rabbitmq
