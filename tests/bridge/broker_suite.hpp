#pragma once

#include <doctest/doctest.h>

#include <ashlar/bridge/broker.hpp>
#include <ashlar/bridge/topology.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

// What every Broker promises, as tests that run for each kind of them, in a file of its own:
//
//   BROKER_SUITE("RabbitMQ", make_place)
//
// where make_place() returns a std::unique_ptr<BrokerPlace>. The bodies are in broker_suite.cpp and
// broker_suite_faults.cpp.

// An outside system that nobody else uses, as the suite needs it.
class BrokerPlace {
 public:
  virtual ~BrokerPlace() = default;

  // Not begun; several may be used at once. It tries again soon.
  virtual std::unique_ptr<ashlar::bridge::Broker> make(const ashlar::bridge::Topology& topology) = 0;

  // All lines are gone, and none can be made.
  virtual void cut() = 0;
  // What the outside system says arrives no more, and nobody is told.
  virtual void silence() = 0;
  // As if nothing had been. Lines that were cut have to be made again.
  virtual void restore() = 0;

  // Waits for the next message in `<queue>.dead` and takes it; its body.
  virtual std::string wait_for_dead(const std::string& queue) = 0;
};

// Keeps what a broker says, for a test to wait for.
class HeardBroker final : public ashlar::bridge::BrokerListener {
 public:
  void received(ashlar::bridge::Incoming incoming) override;
  void changed(const ashlar::bridge::BrokerStatus& status) override;

  std::vector<ashlar::bridge::Incoming> received() const;
  std::vector<std::string> bodies() const;
  std::vector<ashlar::bridge::BrokerStatus> changes() const;

  // As long as a test may wait; false: it has not come.
  bool wait_until(const std::function<bool()>& holds);

  // Called for each one on the broker's thread. Set before the broker begins.
  std::function<void(const ashlar::bridge::Incoming&)> on_received;

 private:
  mutable std::mutex mutex_;
  std::condition_variable happened_;
  std::vector<ashlar::bridge::Incoming> received_;
  std::vector<ashlar::bridge::BrokerStatus> changes_;
};

// A broker, who listens to it, and short forms of what most tests do. Ends with the test.
class UsedBroker {
 public:
  using Outcome = ashlar::bridge::Sent::Outcome;

  UsedBroker(BrokerPlace& place, const ashlar::bridge::Topology& topology);
  ~UsedBroker();

  void begin() { broker->begin(heard); }
  // Begins, and waits until every link that is needed is up.
  void connect();
  bool is_connected() const;
  bool wait_until_connected();
  bool wait_for(std::size_t received);

  // Waits until all have come to their ends.
  std::vector<ashlar::bridge::Sent> publish(std::vector<ashlar::bridge::Message> messages);
  ashlar::bridge::Sent publish(ashlar::bridge::Message message);
  // Again while it is lost.
  void publish_surely(ashlar::bridge::Message message);
  void settle(const ashlar::bridge::Incoming& incoming,
              ashlar::bridge::Verdict verdict = ashlar::bridge::Verdict::done);

  HeardBroker heard;
  std::unique_ptr<ashlar::bridge::Broker> broker;
  bool consumes = false;
};

// One queue `work` of the exchange `events`, bound to `key`.
ashlar::bridge::Topology one_queue(const std::string& key = "#", std::uint16_t prefetch = 100);
ashlar::bridge::Message text_message(const std::string& key, const std::string& body);

namespace broker_suite {

void all_properties(BrokerPlace& place);
void order(BrokerPlace& place);
void unroutable(BrokerPlace& place);
void bindings(BrokerPlace& place);
void only_declared(BrokerPlace& place);
void prefetch(BrokerPlace& place);
void done_is_forgotten(BrokerPlace& place);
void rejected_is_dead(BrokerPlace& place);
void returned_comes_again(BrokerPlace& place);
void refused(BrokerPlace& place);
void empty_body(BrokerPlace& place);
void pause_and_resume(BrokerPlace& place);
void many_threads(BrokerPlace& place);
void tells_changes(BrokerPlace& place);

void away_at_start(BrokerPlace& place);
void cut_while_unconfirmed(BrokerPlace& place);
void unsettled_come_again(BrokerPlace& place);
void old_receipts(BrokerPlace& place);
void end_waits_for_confirms(BrokerPlace& place);
void end_waits_for_verdicts(BrokerPlace& place);
void end_is_bounded(BrokerPlace& place);
void end_before_begin(BrokerPlace& place);
void end_while_away(BrokerPlace& place);
void end_while_publishing(BrokerPlace& place);
void line_flaps(BrokerPlace& place);

}  // namespace broker_suite

#define BROKER_CASE(kind, make, text, function)       \
  TEST_CASE("Broker, " kind ": " text) {              \
    const std::unique_ptr<BrokerPlace> made = make(); \
    broker_suite::function(*made);                    \
  }
#define BROKER_SUITE(kind, make)                                                                                     \
  BROKER_CASE(kind, make, "what is confirmed is received with all properties and headers", all_properties)           \
  BROKER_CASE(kind, make, "messages of one queue are received in the order in which they were published", order)     \
  BROKER_CASE(kind, make, "F1: what no queue takes is returned with a reason, and not confirmed", unroutable)        \
  BROKER_CASE(kind, make, "a binding takes one word for * and any number for #", bindings)                           \
  BROKER_CASE(kind, make, "a queue that is only declared keeps what comes for who consumes it later", only_declared) \
  BROKER_CASE(kind, make, "no more than prefetch are received and not settled", prefetch)                            \
  BROKER_CASE(kind, make, "what is done is not delivered again", done_is_forgotten)                                  \
  BROKER_CASE(kind, make, "F3: what is rejected goes to the queue's dead letters", rejected_is_dead)                 \
  BROKER_CASE(kind, make, "what is returned is delivered again, and marked", returned_comes_again)                   \
  BROKER_CASE(kind, make, "what cannot be carried is refused, and others go on", refused)                            \
  BROKER_CASE(kind, make, "a message may be empty", empty_body)                                                      \
  BROKER_CASE(kind, make, "paused it takes nothing more, and resumed all that waited", pause_and_resume)             \
  BROKER_CASE(kind, make, "many threads publish, and each message comes once", many_threads)                         \
  BROKER_CASE(kind, make, "it tells of each link that comes up and goes", tells_changes)                             \
  BROKER_CASE(kind, make, "F2: away at the start, publishing is lost at once, and it connects by itself",            \
              away_at_start)                                                                                         \
  BROKER_CASE(kind, make, "F2: a line that is cut loses what is not confirmed, and is made again",                   \
              cut_while_unconfirmed)                                                                                 \
  BROKER_CASE(kind, make, "F2: what is not settled when a line is cut comes again", unsettled_come_again)            \
  BROKER_CASE(kind, make, "a verdict on what came by an older line settles nothing", old_receipts)                   \
  BROKER_CASE(kind, make, "the end waits for confirms", end_waits_for_confirms)                                      \
  BROKER_CASE(kind, make, "the end waits for verdicts, and what has none comes again", end_waits_for_verdicts)       \
  BROKER_CASE(kind, make, "the end is bounded, and every done is called before it returns", end_is_bounded)          \
  BROKER_CASE(kind, make, "the end of what has not begun is no event", end_before_begin)                             \
  BROKER_CASE(kind, make, "the end of what never connected does not wait", end_while_away)                           \
  BROKER_CASE(kind, make, "while it ends from two threads others publish, and every done is called once",            \
              end_while_publishing)                                                                                  \
  BROKER_CASE(kind, make, "F2: over a line that goes again and again nothing is lost that was confirmed", line_flaps)
