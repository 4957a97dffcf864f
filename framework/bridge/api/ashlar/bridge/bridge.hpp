#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/subscription.hpp>
#include <cstdint>
#include <functional>

namespace ashlar::bridge {

// What a bridge has done since it started, and how it is; a copy.
struct BridgeStatus {
  BrokerStatus broker{};
  std::uint64_t stored = 0;      // events that came and were new
  std::uint64_t duplicates = 0;  // that were in the log already
  std::uint64_t dead = 0;        // messages that are no events here: with the dead letters
  std::uint64_t rejected = 0;    // with their queue's dead-letter exchange, for the store took them not
  std::uint64_t lost = 0;        // without a durable log: events that did not leave
};

// The service of a bridge module. Any thread.
class Bridge {
 public:
  virtual BridgeStatus status() const = 0;

  // Whether events come in; those that are on their way are finished. What goes out is paused as a stream consumer is:
  // `streams pause rabbitmq.publish`.
  virtual void pause_consuming() = 0;
  virtual void resume_consuming() = 0;

  // Called on a thread of the broker when a line has come up, is gone, or is blocked.
  virtual Subscription on_change(std::function<void(const BrokerStatus&)> observer) = 0;

 protected:
  ~Bridge() = default;
};

}  // namespace ashlar::bridge
