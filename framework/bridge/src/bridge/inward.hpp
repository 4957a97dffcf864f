#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/clock.hpp>
#include <ashlar/event_inlet.hpp>
#include <ashlar/log.hpp>
#include <ashlar/store/log_store.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bridge/plan.hpp"

namespace ashlar::bridge {

// What inward has counted.
struct InwardCounts {
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t dead = 0;      // not decoded, or nobody's events: with the dead letters
  std::uint64_t rejected = 0;  // which even the store could not take: with the queue's dead-letter exchange
};

// Brings received messages in: decodes, stores, then tells the broker; on a thread of its own, so that the line goes on. What
// cannot be stored now stays unsettled and is tried again, so that the queue's prefetch bounds what waits here.
class Inward {
 public:
  // `shelf`: where what is no event of ours goes; null: the host has no store, so it goes to the dead-letter exchange.
  Inward(const BridgePlan& plan, std::string name, EventInlet& inlet, store::LogStore* shelf, Clock& clock, Log log);
  ~Inward();

  void begin(Broker& broker);
  void take(Incoming incoming);

  // What is not stored by then goes back to its queue.
  void end();

  InwardCounts counts() const;

 private:
  void run();
  void bring_in(std::shared_ptr<const Incoming> incoming);
  void bury(const Incoming& incoming, std::string_view type, const std::string& reason);
  // True: it is the only one now. After the end it goes back at once.
  bool keep_for_later(std::shared_ptr<const Incoming> incoming);
  void note_failure(std::shared_ptr<const Incoming> incoming, const std::string& problem);
  void settle(const Incoming& incoming, Verdict verdict) { broker_->settle(incoming.receipt, verdict); }
  void count(std::uint64_t InwardCounts::*what);

  const BridgePlan& plan_;
  const std::string name_;
  EventInlet& inlet_;
  store::LogStore* const shelf_;
  Clock& clock_;
  const Log log_;
  Broker* broker_ = nullptr;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const Incoming>> waiting_;
  std::vector<std::shared_ptr<const Incoming>> failed_;  // wait for another try
  std::chrono::milliseconds pause_{0};
  InwardCounts counts_;
  bool ends_ = false;
  bool ended_ = false;  // and nobody looks at what waits any more
  std::thread thread_;
};

}  // namespace ashlar::bridge
