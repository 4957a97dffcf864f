#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::bridge {

// Whether what is missing at the broker is made, or is an error. `verify` sees by name alone whether exchanges and queues are
// there: AMQP has no question for bindings, for the type of an exchange or for the arguments of a queue.
enum class Declare { create, verify };

// quorum: replicated where there are several nodes, and limits deliveries. classic: on one node.
enum class QueueType { quorum, classic };

enum class Consume { yes, no };

struct Queue {
  std::string name;
  std::vector<std::string> bindings;  // routing keys; `*` is exactly one word, `#` any number
  QueueType type = QueueType::quorum;
  Consume consume = Consume::yes;  // no: it is only declared, so that nothing is lost before somebody else consumes
  std::uint16_t prefetch = 100;    // deliveries that are not settled

  // What is rejected there goes to the queue `<name>.dead`, by way of the exchange `<name>.dead`.
  std::string dead_name() const { return name + ".dead"; }
};

// What a bridge needs at the broker; all of it durable.
struct Topology {
  std::string exchange;  // of type topic
  Declare declare = Declare::create;
  std::vector<Queue> queues{};
};

}  // namespace ashlar::bridge
