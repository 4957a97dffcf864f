#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/bridge/topology.hpp>
#include <ashlar/log.hpp>
#include <ashlar/module.hpp>
#include <ashlar/shape.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ashlar::bridge {

// Which events go out, and how; the first entry that an event matches counts.
struct PublishEntry {
  std::vector<std::string> events;  // references and patterns
  std::string format = "domain-event";
};
ASHLAR_STRUCT(PublishEntry, events, format)

// A queue that is consumed.
struct ConsumeEntry {
  std::string queue;
  std::vector<std::string> bindings;
  int prefetch = 100;
  std::string format = "auto";
  std::string type = "quorum";               // or classic
  std::map<std::string, std::string> types;  // names outside, and the events that they mean here
};
ASHLAR_STRUCT(ConsumeEntry, queue, bindings, prefetch, format, type, types)

struct TlsEntry {
  std::string ca;  // files in PEM; empty: the machine's authorities
  std::string certificate;
  std::string key;
};
ASHLAR_STRUCT(TlsEntry, ca, certificate, key)

// The section of the configuration.
struct BridgeOptions {
  Secret url;                      // several with commas between them are tried in turn; empty: no bridge
  std::string exchange;            // empty: `<application>.events`
  std::string declare = "create";  // or verify
  int window = 256;                // published and not confirmed
  std::chrono::seconds heartbeat{10};
  int max_message_bytes = 16 * 1024 * 1024;
  int buffer = 10'000;  // events that wait for the broker where there is no log
  TlsEntry tls;
  std::optional<std::vector<PublishEntry>> publish;  // absent: what is declared to leave the process, as domain-event
  std::optional<std::vector<ConsumeEntry>> consume;

  // For --modules: which modules run together in each process of the application. Empty: there are two, and what this one
  // leaves out is the other one.
  std::vector<std::vector<std::string>> processes;
};
ASHLAR_STRUCT(BridgeOptions, url, exchange, declare, window, heartbeat, max_message_bytes, buffer, tls, publish,
              consume, processes)

// What a bridge needs of its broker.
struct BrokerOrder {
  const BridgeOptions* options = nullptr;  // during the call
  Topology topology{};
  bool publishes = true;      // false: no line for publishing is wanted
  std::string application{};  // for the broker's own pages
  Log log;
};

// Throws Error for what the broker cannot be made of.
using MakeBroker = std::function<std::unique_ptr<Broker>(BrokerOrder order)>;

// A bridge, as a module of the application: `name` is also the section of the configuration. Outward it is the stream
// consumer `<name>.publish` of the durable log, inward it appends to the log; docs/operating.md says the rest.
std::unique_ptr<Module> make_bridge_module(std::string name, MakeBroker make_broker);

}  // namespace ashlar::bridge
