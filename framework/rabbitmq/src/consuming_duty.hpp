#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/log.hpp>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "duty.hpp"
#include "link.hpp"
#include "settlement.hpp"

namespace ashlar::rabbitmq {

// Receives from all queues of the topology that are consumed, on one channel, and settles.
class ConsumingDuty final : public Duty {
 public:
  explicit ConsumingDuty(const Settings& settings);

  // Before the link begins. `changed`: called on its thread when quiet() has changed while it is up.
  void tell(bridge::BrokerListener& listener, std::function<void()> changed) {
    listener_ = &listener;
    changed_ = std::move(changed);
  }

  // Any thread. True: the link's thread sleeps and has to be woken.
  bool settle(const bridge::Receipt& receipt, bridge::Verdict verdict);
  bool want(bool consuming);
  void end();
  std::size_t unsettled() const { return unsettled_.load(); }
  // Paused, and nothing is on its way any more.
  bool quiet() const { return quiet_.load(); }

  void set_up(Connection& connection) override;
  void handle(Connection& connection, const amqp_frame_t& frame) override;
  void work(Connection& connection) override;
  bool lie_down(Steady::time_point& until) override;
  void get_up() override;
  bool finished() const override { return unsettled_.load() == 0; }
  void gone(const std::string& reason) override;

 private:
  struct Command {
    bridge::Receipt receipt;
    bridge::Verdict verdict;
  };
  struct Subscription {
    const bridge::Queue* queue;
    bool active = false;
  };
  enum class Wish { consume, pause, end };

  void on_method(Connection& connection, const amqp_method_t& method);
  void on_deliver(const amqp_basic_deliver_t& deliver);
  void on_header(Connection& connection, const amqp_frame_t& frame);
  void on_body(Connection& connection, std::string_view fragment);
  void complete(Connection& connection);
  void subscribe(Connection& connection);
  void unsubscribe(Connection& connection);
  void restore_queues(Connection& connection);
  void note_quiet();

  const Settings& settings_;
  bridge::BrokerListener* listener_ = nullptr;
  std::function<void()> changed_;
  std::atomic<std::size_t> unsettled_{0};
  std::atomic<bool> quiet_{true};
  std::mutex mutex_;
  std::vector<Command> commands_;  // these four guarded by the mutex
  Wish wish_ = Wish::consume;
  std::size_t wake_at_ = 0;  // so many commands wake the thread; 0: it is awake
  bool wish_changed_ = false;

  // The link's thread alone.
  std::uint64_t link_ = 0;
  std::vector<Subscription> subscriptions_;
  std::vector<Command> taken_;
  Settlement settlement_;
  bool queue_is_gone_ = false;
  bool subscribed_ = false;
  std::size_t cancels_ = 0;  // that the broker has not answered
  bool wish_is_end_ = false;
  bridge::Incoming incoming_;  // being assembled
  std::uint64_t body_bytes_ = 0;
  std::uint64_t body_left_ = 0;
  bool in_content_ = false;  // between a delivery and the end of its body
  bool skipped_ = false;
  Steady::time_point complained_at_{};
};

}  // namespace ashlar::rabbitmq
