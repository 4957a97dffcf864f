#pragma once

#include <ashlar/bridge/broker.hpp>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "content.hpp"
#include "duty.hpp"
#include "interrupt.hpp"

namespace ashlar::rabbitmq {

// Publishes, and tells what became of each message. A message is written as frames by the thread that brings it, whose memory it
// is, and only its bytes go to the link's thread.
class PublishingDuty final : public Duty {
 public:
  PublishingDuty(const Options& options, const std::string& exchange);

  // Any thread. True: the link's thread sleeps and has to be woken.
  bool publish(const bridge::Message& message, bridge::Broker::Done done);
  std::size_t unconfirmed() const { return unconfirmed_.load(); }
  // From now on everything is lost that is published.
  void end();

  void set_up(Connection& connection) override;
  void handle(Connection& connection, const amqp_frame_t& frame) override;
  void work(Connection& connection) override;
  bool lie_down(Steady::time_point& until) override;
  void get_up() override;
  bool finished() const override { return unconfirmed_.load() == 0; }
  void gone(const std::string& reason) override;

 private:
  struct Item {
    bridge::Broker::Done done;
    std::size_t fingerprint = 0;
    std::size_t body_bytes = 0;
    std::size_t frames = 0;  // how many bytes they are; 0: refused
    std::string refusal{};
  };
  // In the order in which they came, with all their frames.
  struct Items {
    std::vector<Item> list;
    OutBuffer frames;
  };
  struct Pending {
    bridge::Broker::Done done;  // empty: settled
    std::size_t fingerprint = 0;
    std::size_t body_bytes = 0;
    std::string returned;
  };
  enum class Door { closed, open, ended };

  Pending& pending(std::uint64_t tag) { return window_[tag % window_.size()]; }
  std::size_t write_frames(const bridge::Message& message, std::string& refusal);
  void on_method(Connection& connection, const amqp_method_t& method);
  void on_confirm(std::uint64_t tag, bool multiple, bridge::Sent::Outcome outcome);
  void settle(std::uint64_t tag, bridge::Sent::Outcome outcome);
  void finish(const bridge::Broker::Done& done, bridge::Sent sent);
  void on_returned();
  void refuse_too_large(std::string_view problem);

  const std::size_t max_message_bytes_;
  std::atomic<std::size_t> unconfirmed_{0};
  std::mutex mutex_;
  Items queue_;  // these six guarded by the mutex
  ContentWriter writer_;
  std::size_t longest_frame_ = 0;  // of the line that is up
  Door door_ = Door::closed;
  std::string why_closed_ = "not connected yet";
  bool asleep_ = false;

  // The link's thread alone.
  Items taken_;
  std::size_t next_taken_ = 0;
  std::vector<Pending> window_;  // by delivery tag
  std::uint64_t first_tag_ = 1;  // the oldest that is not settled
  std::uint64_t next_tag_ = 1;
  bool stuck_ = false;        // what is taken has to wait for a confirm, for room, or for the broker's leave
  bridge::Message returned_;  // one that is coming back
  std::string return_reason_;
  std::uint64_t return_left_ = 0;
};

}  // namespace ashlar::rabbitmq
