#pragma once

#include <ashlar/bridge/bridge_module.hpp>
#include <ashlar/bridge/topology.hpp>
#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/event_registry.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::bridge {

// How an event goes out.
struct Outgoing {
  std::string reference;  // `orders.order.placed` or `orders.order.placed@2`
  std::string
      module;  // that declares it: what another source has published came from elsewhere, and does not go out again
  WireFormat format = WireFormat::domain_event;
  std::string routing_key;
  std::string aggregate_type;
};

// What the options say, for the events and modules that there are. Throws ConfigurationError with everything that is wrong,
// each line with its place: `rabbitmq.consume[0].format: …`.
class BridgePlan {
 public:
  BridgePlan(std::string_view section, const BridgeOptions& options, const EventRegistry& registry,
             std::string application);

  const std::vector<Outgoing>& outgoing() const { return outgoing_; }

  // Null: does not go out.
  const Outgoing* outgoing(std::string_view name, int version) const;

  // How messages of a queue are read. Unknown queues: by default.
  const ReadOptions& reading(std::string_view queue) const;

  // With this process's own queue, for what its modules handle of those that it leaves out; when all have registered.
  Topology topology(const std::vector<Handling>& here) const;

  const std::string& application() const { return application_; }

 private:
  void read_publish(const BridgeOptions& options, const std::vector<EventInfo>& events,
                    const std::vector<Handling>& elsewhere);
  void add_outgoing(const EventInfo& event, WireFormat format);
  void read_consume(const BridgeOptions& options);
  void read_processes(const BridgeOptions& options, const EventRegistry& registry);
  void note_elsewhere(const std::vector<Handling>& elsewhere);
  Queue queue_of(const std::vector<std::string>& process, const std::vector<Handling>& handled, Consume consume) const;
  void check(bool sane, std::string place, std::string_view problem);

  const std::string section_;
  const std::string application_;
  std::vector<EventInfo> events_;
  std::vector<Outgoing> outgoing_;
  std::map<std::string, std::size_t, std::less<>> outgoing_by_reference_;
  std::map<std::string, ReadOptions, std::less<>> reading_;
  ReadOptions default_reading_;
  Topology topology_;
  std::vector<std::string> own_process_;  // its modules; empty: none is left out
  std::vector<std::vector<std::string>> other_processes_;
  std::vector<std::string> problems_;
};

}  // namespace ashlar::bridge
