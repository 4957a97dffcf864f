#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/rabbitmq/consumer.hpp>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "library/handlers.hpp"
#include "library/lanes.hpp"
#include "library/remembered.hpp"

namespace ashlar::rabbitmq {

// Received messages until they are settled: decoded in the order in which they came, handled on threads of its own,
// tried again when their time has come. Any thread.
class Inbox final : private bridge::BrokerListener {
 public:
  Inbox(std::unique_ptr<bridge::Broker> broker, ConsumerOptions options);
  ~Inbox() { stop(std::chrono::milliseconds{0}); }

  // Before begin().
  void add(Handler handler);

  void begin();
  void pause() { broker_->pause(); }
  void resume() { broker_->resume(); }
  ConsumerStatus status() const;
  void stop(std::chrono::milliseconds limit);

 private:
  using Lock = std::unique_lock<std::mutex>;
  enum class Life { made, begun, ended };

  void received(bridge::Incoming incoming) override;
  void changed(const bridge::BrokerStatus& status) override;

  void run();
  bool has_work() const { return !ready_.empty() || (!raw_.empty() && !decoding_); }
  void make_due_ready();
  void decode(Lock& lock);
  void work(Lock& lock);
  // Counts it; what the broker is told.
  bridge::Verdict note(const Handled& handled);
  void settle(Lock& lock, const bridge::Receipt& receipt, bridge::Verdict verdict);
  bool is_known(const Arrival& arrival) const;
  // Everything that no handler has, which this then has not any more.
  std::vector<bridge::Receipt> drop();
  void give_back(const std::vector<bridge::Receipt>& receipts);

  const std::unique_ptr<bridge::Broker> broker_;
  const ConsumerOptions options_;
  const bridge::ReadOptions reading_;
  Handlers handlers_;  // unchanged from begin() on
  std::mutex life_mutex_;
  std::vector<std::thread> threads_;  // guarded by that one

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<bridge::Incoming> raw_;  // not decoded
  std::deque<ArrivalPtr> ready_;
  Lanes lanes_;
  std::multimap<Clock::Steady, ArrivalPtr> later_;  // for another try
  std::map<Uuid, int> tries_;                       // of those that had failed when their line went
  Remembered handled_;
  std::uint64_t line_ = 1;
  std::uint64_t link_ = 0;         // of the last receipt
  std::uint64_t added_later_ = 0;  // counts, so that who waits looks when the next try is
  std::size_t running_ = 0;
  bool decoding_ = false;  // one at a time, for the order
  Life life_ = Life::made;
  ConsumerStatus counts_;
};

}  // namespace ashlar::rabbitmq
