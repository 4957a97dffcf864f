#pragma once

#include <ashlar/bridge/broker.hpp>
#include <cstdint>
#include <deque>

#include "connection.hpp"

namespace ashlar::rabbitmq {

// What has been received on one channel and what was said of it. Acknowledges in multiples where a whole row is done,
// and singly what waits behind something that is not. One thread.
class Settlement {
 public:
  explicit Settlement(std::size_t batch) : batch_(batch) {}

  void begin();
  void received(std::uint64_t tag);
  // False: it is not known, or settled already.
  bool settle(Connection& connection, std::uint64_t tag, bridge::Verdict verdict);

  // Writes the acknowledgements that are due: enough of them, or the oldest waits long enough.
  void acknowledge(Connection& connection, Steady::time_point now);
  void acknowledge_all(Connection& connection);

  // Of those that are done and not acknowledged.
  std::size_t waiting() const { return waiting_; }
  Steady::time_point due() const { return waiting_ > 0 ? due_ : Steady::time_point::max(); }
  std::size_t batch() const { return batch_; }

 private:
  enum class State : std::uint8_t { open, done, gone };

  const std::size_t batch_;
  std::deque<State> states_;
  std::uint64_t first_tag_ = 1;
  std::size_t waiting_ = 0;
  Steady::time_point due_{};
};

}  // namespace ashlar::rabbitmq
