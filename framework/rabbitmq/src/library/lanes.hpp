#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/bridge/wire_format.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ashlar::rabbitmq {

// An event on its way through its handlers.
struct Arrival {
  bridge::Incoming incoming;
  bridge::WireEvent event{};
  std::size_t next_handler = 0;  // those before it have returned
  int tries = 0;                 // that have failed
  std::uint64_t line = 0;        // counts the lines; of one that is gone the broker hears nothing any more
};

using ArrivalPtr = std::unique_ptr<Arrival>;

// Lets the events of one key through one after the other. Guarded by whoever has it.
class Lanes {
 public:
  // Whether it may go on now; otherwise it is kept until those before it have left, and `arrival` is empty.
  bool enter(ArrivalPtr& arrival);

  // The one that was let through last is done with its lane; gives the next one, or nothing.
  ArrivalPtr leave(const std::string& key);

  // All that are kept; who was let through is still in its lane.
  std::vector<ArrivalPtr> clear();

  std::size_t size() const { return size_; }

 private:
  std::map<std::string, std::deque<ArrivalPtr>> behind_;
  std::size_t size_ = 0;
};

}  // namespace ashlar::rabbitmq
