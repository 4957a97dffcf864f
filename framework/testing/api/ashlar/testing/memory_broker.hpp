#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/bridge/topology.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::testing {

// A topic exchange with its queues in memory, and brokers that are connected to it by lines which a test cuts. What is published
// while nobody consumes waits in the queues. Any thread; outlives its brokers.
class MemoryExchange {
 public:
  MemoryExchange();
  ~MemoryExchange();

  // For one bridge, or one process.
  std::unique_ptr<bridge::Broker> make_broker(bridge::Topology topology);

  // As another program would: false where no queue takes it.
  bool publish(bridge::Message message);

  // A queue as another program declares it.
  void declare(const bridge::Queue& queue);

  // What is in a queue and was not given to anybody; copies, in order.
  std::vector<bridge::Message> messages(std::string_view queue) const;

  // The first of them, out of the queue; nothing where there is none.
  std::optional<bridge::Message> take(std::string_view queue);

  // Every line is gone, and comes again at once: what was unconfirmed is lost to its publisher, although it may be in the
  // queues; what was unsettled is delivered again.
  void cut();

  // The exchange is away, and there are no lines, until it comes back; what is in the queues stays.
  void go_away();
  void come_back();

  // Takes what is published and confirms nothing, until unblock().
  void block();
  void unblock();

  // Does not take the next so many messages: they are refused.
  void refuse(std::size_t count);

 private:
  friend class MemoryBroker;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace ashlar::testing
