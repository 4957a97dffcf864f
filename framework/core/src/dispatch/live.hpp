#pragma once

#include "dispatch/frame.hpp"
#include "dispatch/observers.hpp"

#include <ashlar/subscription.hpp>
#include <atomic>
#include <boost/signals2/signal.hpp>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ashlar::detail {

class LiveEvent;

// One live subscription, with its connections to the events it takes.
struct LiveHandler {
  std::string wanted;  // event_text or pattern
  bool by_pattern = false;
  std::string type;  // the C++ type that `call` takes; empty: the envelope
  ErasedHandler call;
  std::weak_ptr<const void> while_alive;
  bool tracked = false;

  // Added or removed during a publish, it takes effect with the next one on that thread. `…_by` is the thread, 0 for a change
  // outside handlers, `…_at` the number of the change among those of the thread: publishes that began before know a smaller
  // one.
  std::uint64_t added_by = 0;
  std::uint64_t added_at = 0;
  std::atomic<bool> cancelled{false};
  std::uint64_t cancelled_by = 0;
  std::uint64_t cancelled_at = 0;

  std::mutex mutex;
  std::vector<std::pair<boost::signals2::connection, std::weak_ptr<LiveEvent>>> connections;

  bool takes_part(const Frame& frame) const;

  // Whether one of the publishes from `innermost` outwards may still call it.
  bool awaited_by(const Frame* innermost);
  void disconnect();
};

// The live subscribers of one event.
class LiveEvent : public std::enable_shared_from_this<LiveEvent> {
 public:
  // The one question publish() asks of it.
  bool has_subscribers() const noexcept { return subscribers_.load(std::memory_order_acquire) != 0; }

  void connect(const std::shared_ptr<LiveHandler>& handler);
  void disconnected() { subscribers_.fetch_sub(1, std::memory_order_release); }
  void call(const Frame& frame) { signal_(frame); }

 private:
  std::atomic<std::uint32_t> subscribers_{0};
  boost::signals2::signal<void(const Frame&)> signal_;
};

// Called for what a live handler threw; inside the catch block.
using LiveFailure = std::function<void(const Frame& frame)>;

// All live subscriptions of a host. Lasts as long as the host, so subscriptions made before a start are there after it.
class LiveSubscriptions final : public ashlar::LiveEvents, public std::enable_shared_from_this<LiveSubscriptions> {
 public:
  explicit LiveSubscriptions(LiveFailure on_failure) : on_failure_(std::move(on_failure)) {}

  // The events of the host; connects who subscribed before. Once. Throws DeclarationError where one subscribed by another
  // type than the declared one.
  void open(const std::vector<std::unique_ptr<DeclaredEvent>>& events);
  LiveEvent& of(const DeclaredEvent& event) { return *events_[event.number]; }

 private:
  friend struct LiveSubscription;

  Subscription add(EventId event, std::string_view type, ErasedHandler handler) override;
  Subscription add(std::string_view pattern, std::function<void(const Envelope&)> handler,
                   std::weak_ptr<const void> while_alive, bool tracked) override;
  Subscription add(std::shared_ptr<LiveHandler> handler);
  void connect(const std::shared_ptr<LiveHandler>& handler);
  void forget(const LiveHandler* handler);

  LiveFailure on_failure_;
  std::mutex mutex_;
  std::vector<const DeclaredEvent*> declared_;
  std::vector<std::shared_ptr<LiveEvent>> events_;    // by DeclaredEvent::number
  std::list<std::shared_ptr<LiveHandler>> handlers_;  // in order of subscription
};

// Lets go of what was cancelled on this thread during a publish, as far as the publishes from `innermost` outwards, which
// go on, do not call it.
void finish_cancellations(const Frame* innermost);

}  // namespace ashlar::detail
