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
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
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
// cannot be stored now stays unsettled and is tried again, so that the queue's prefetch bounds what waits here. Of one key a
// single event is on its way into the log, so that none overtakes an earlier one that could not be stored.
class Inward {
 public:
  // `shelf`: where what is no event of ours goes; null: the host has no store, so it goes to the dead-letter exchange.
  Inward(const BridgePlan& plan, std::string name, EventInlet& inlet, store::LogStore* shelf, Clock& clock, Log log);
  ~Inward();

  void begin(Broker& broker);
  void take(Incoming incoming);

  // Whether more may come.
  void set_receiving(bool receiving);

  // Waits until nothing more comes and all that came has a verdict, and no longer than `limit`.
  void drain(std::chrono::milliseconds limit);

  // What is not stored by then goes back to its queue, and so does what comes later.
  void end();

  InwardCounts counts() const;

  // Whether this thread is letting that event in now, so that it is none of our own.
  static bool brings_in(const Uuid& id);

 private:
  struct Item {
    Incoming incoming;
    Time received{};
    std::optional<WireEvent> event{};  // from when it is read until it is let in
    std::optional<Uuid> id{};          // since it was read for the first time
    std::string key{};                 // the same
    bool is_next = false;              // of its key: those behind it wait in its lane
    int failures = 0;
    std::uint64_t stored_before = 0;  // of all, when it first failed
  };
  using ItemPtr = std::shared_ptr<Item>;
  using Lock = std::unique_lock<std::mutex>;

  void run();
  void wait_for_retry(Lock& lock);
  bool enter_lane(const ItemPtr& item);
  void read_event(Item& item) const;
  void bring_in(const ItemPtr& item);
  void finish(const ItemPtr& item, Verdict verdict, std::uint64_t InwardCounts::*what);
  void bury(const ItemPtr& item, const std::string& reason);
  std::string type_of(const ItemPtr& item) const;
  bool keep_for_later(const ItemPtr& item);
  void note_failure(const ItemPtr& item, const std::string& problem);
  void forget_older_links(std::uint64_t link);

  const BridgePlan& plan_;
  const std::string name_;
  EventInlet& inlet_;
  store::LogStore* const shelf_;
  Clock& clock_;
  const Log log_;
  Broker* broker_ = nullptr;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<ItemPtr> waiting_;
  std::vector<ItemPtr> failed_;                                  // wait for another try
  std::unordered_map<std::string, std::vector<ItemPtr>> lanes_;  // by key: behind the one that is on its way
  std::uint64_t link_ = 0;                                       // of the newest message
  std::size_t open_ = 0;                                         // without a verdict
  bool receiving_ = false;
  std::condition_variable drained_;
  std::chrono::milliseconds pause_{0};
  InwardCounts counts_;
  bool ends_ = false;
  bool ended_ = false;  // and what waited has gone back
  std::thread thread_;
};

}  // namespace ashlar::bridge
