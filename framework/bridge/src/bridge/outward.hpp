#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/clock.hpp>
#include <ashlar/event_log.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bridge/plan.hpp"

namespace ashlar::bridge {

// Whether there is a line to publish on, and whether anybody still wants to; handlers wait for either.
class LineState {
 public:
  void set_connected(bool connected);
  void give_up();
  bool given_up() const { return given_up_.load(); }

  // Until there is a line (true) or nobody waits any more (false); or until `limit` has passed, and then neither is known.
  enum class Found { connected, given_up, neither };
  Found wait(std::chrono::milliseconds limit);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool connected_ = false;
  std::atomic<bool> given_up_{false};
};

// What became of messages, on its way from the broker's thread to the one that published them.
class Answers {
 public:
  struct Answer {
    std::uint64_t number = 0;
    Sent sent{};
  };

  void add(std::uint64_t number, Sent sent);
  // Until there are `wanted`, and no longer than `limit`; fills `taken` with all that are there, maybe none.
  void take(std::vector<Answer>& taken, std::size_t wanted, std::chrono::milliseconds limit);

 private:
  std::mutex mutex_;
  std::condition_variable enough_;
  std::vector<Answer> list_;
  std::size_t wanted_ = 1;
};

// The stream consumer that publishes: takes deliveries, publishes each in their order, and settles it by what the broker says.
// Of one key only one event is on its way at a time, so that none overtakes an earlier one that comes back. A thread of the log.
class Outward final : public StreamReceiver {
 public:
  // All outlive it. `most` deliveries at once: more than the broker's window, so that the line is never idle for long.
  Outward(const BridgePlan& plan, LineState& line, std::size_t most, std::chrono::milliseconds ack_wait)
      : plan_(plan), line_(line), most_(most), ack_wait_(ack_wait) {}

  // A broker that takes messages and confirms them not for so long does not work, whatever its line says.
  static constexpr std::chrono::seconds patience{30};

  // Before the log begins. `say_late` is told when the oldest message has waited for longer than that for its confirm, and when
  // none does any more; on a thread of the log.
  void begin(Broker& broker, Clock& clock, std::function<void(bool late)> say_late) {
    broker_ = &broker;
    clock_ = &clock;
    say_late_ = std::move(say_late);
  }

  void receive(std::span<Delivery* const> deliveries) override;
  std::size_t most_at_once() const override { return most_; }

 private:
  class Round;

  const BridgePlan& plan_;
  LineState& line_;
  const std::size_t most_;
  const std::chrono::milliseconds ack_wait_;
  Broker* broker_ = nullptr;
  Clock* clock_ = nullptr;
  std::function<void(bool late)> say_late_;
  std::atomic<bool> late_{false};  // what was said last
  Answers answers_;
  std::uint64_t published_ = 0;  // in all rounds before this one
};

// The event as the plan lets it out.
Message message_of(const BridgePlan& plan, const Outgoing& outgoing, const Metadata& metadata, std::string_view data);

}  // namespace ashlar::bridge
