#pragma once

#include <ashlar/bridge/broker.hpp>
#include <ashlar/clock.hpp>
#include <ashlar/log.hpp>
#include <ashlar/rabbitmq/publisher.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "library/publication.hpp"

namespace ashlar::rabbitmq {

// Messages until it is known what became of them: on the line, or waiting for one, in the order in which they were
// added. Any thread. The mutex is held while a message is given to the broker, so that one that is told to be lost
// meanwhile is published again before it; what the broker answers inside that call is noted when it has returned.
class Outbox final : private bridge::BrokerListener {
 public:
  Outbox(std::unique_ptr<bridge::Broker> broker, const PublisherOptions& options);
  ~Outbox() { stop(std::chrono::milliseconds{0}); }

  void add(bridge::Message message, std::shared_ptr<Publication::State> publication);
  PublisherStatus status() const;
  void stop(std::chrono::milliseconds limit);

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Number = std::uint64_t;
  struct Entry {
    bridge::Message message;
    std::shared_ptr<Publication::State> publication;
    Clock::Steady deadline;
    bool on_the_line = false;
    std::string reason{};  // why it was lost the last time
  };
  struct Finished {
    std::shared_ptr<Publication::State> publication;
    bridge::Sent sent;
    std::string logged{};  // empty, or the event that the log names
  };
  enum class Life { open, closing, ended };

  void received(bridge::Incoming) override {}
  void changed(const bridge::BrokerStatus& status) override;

  bool wait_for_room(Lock& lock);
  void pump();
  void answer(Number number, bridge::Sent sent);
  void note(Number number, bridge::Sent sent);
  void finish(std::map<Number, Entry>::iterator entry, bridge::Sent sent);
  // Tells, without the lock, what is finished.
  void tell(Lock& lock);
  void run();
  std::map<Number, Entry>::iterator first_waiting();
  void give_up_old();

  const std::unique_ptr<bridge::Broker> broker_;
  const std::size_t most_;
  const std::chrono::milliseconds wait_for_room_;
  const std::chrono::milliseconds give_up_after_;
  Clock& clock_;
  const Log log_;
  std::atomic<std::thread::id> sender_{};  // who is giving a message to the broker
  std::mutex life_mutex_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable room_;
  std::condition_variable wake_;
  std::map<Number, Entry> entries_;
  Number next_number_ = 1;
  Number first_to_send_ = 1;  // none before it waits
  std::size_t on_the_line_ = 0;
  std::vector<std::pair<Number, bridge::Sent>> answered_inside_;
  std::vector<Finished> finished_;
  bool ready_ = false;   // there is a line, as far as is known
  bool poked_ = false;   // the thread has something to look at
  bool losing_ = false;  // the last one was not confirmed
  Life life_ = Life::open;
  PublisherStatus counts_;
  std::thread thread_;  // sees to what waits
};

}  // namespace ashlar::rabbitmq
