#pragma once

// For a program that consumes events and wants nothing else: no host, no modules, no log on disk.
//
//   ashlar::rabbitmq::Consumer consumer({.urls = {"amqp://localhost"}},
//                                       {.queue = "speaker.events", .bindings = {"speaker.*"}, .exchange = "events"});
//   consumer.on<SpeakerOnboarded>([](const SpeakerOnboarded& event) {...});
//   consumer.start();

#include <ashlar/bridge/broker.hpp>
#include <ashlar/bridge/topology.hpp>
#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/clock.hpp>
#include <ashlar/errors.hpp>
#include <ashlar/event.hpp>
#include <ashlar/json.hpp>
#include <ashlar/log.hpp>
#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ashlar::rabbitmq {

// What becomes of an event that no handler takes.
enum class Unhandled { reject, ignore };

struct ConsumerOptions {
  std::string queue;
  std::vector<std::string> bindings{};  // routing keys; `*` is exactly one word, `#` any number
  std::string exchange;                 // of type topic
  bridge::Declare declare = bridge::Declare::create;
  bridge::QueueType type = bridge::QueueType::quorum;
  std::uint16_t prefetch = 100;  // received and not settled; those that wait for another try count
  bridge::WireFormat format = bridge::WireFormat::automatic;
  bridge::TypeNames types{};  // names outside, and what they mean here: `{SpeakerOnboarded: speaker.onboarded}`
  std::size_t max_bytes = 16 * 1024 * 1024;  // larger messages are rejected
  std::size_t threads = 1;                   // that call handlers
  Unhandled unhandled = Unhandled::reject;
  int most_tries = 5;                               // of one event, before it is rejected
  std::chrono::milliseconds first_pause{200};       // before the second try; twice as long before each further one
  std::chrono::milliseconds longest_pause{30'000};  // and never longer
  std::size_t remembered = 10'000;     // ids of events that were handled; one that comes again is not handled again
  Clock* clock = &system_clock();      // outlives the consumer
  Log log = Log(nullptr, "consumer");  // by default nothing is written
};

// What a broker for these options has to know, where it is not made by the consumer itself.
bridge::Topology topology_of(const ConsumerOptions& options);

// Thrown by a handler: the event is rejected at once, without another try.
class Rejected : public Error {
 public:
  using Error::Error;
};

// A consumer as it is now, and what it has done; a copy.
struct ConsumerStatus {
  bridge::LinkStatus line{};
  std::size_t waiting = 0;       // received, for their turn
  std::size_t running = 0;       // in a handler
  std::size_t retrying = 0;      // for another try
  std::uint64_t handled = 0;     // events
  std::uint64_t duplicates = 0;  // that were handled before, and were not again
  std::uint64_t failures = 0;    // calls of a handler that threw and may be tried again
  std::uint64_t rejected = 0;    // with the dead letters
  std::uint64_t ignored = 0;     // for which there is no handler
  std::string last_error{};      // why a handler failed, or a message was rejected; empty: none

  bool healthy() const { return line.works(); }
};

// Consumes one queue, at least once: a message is acknowledged when its handlers have returned. One whose handler
// throws is handed to it again after a growing pause, `most_tries` times in all, and then rejected: the queue's
// dead-letter exchange brings it to `<queue>.dead`. What cannot be decoded, and what nobody handles, is rejected at
// once; each rejection is one line of the log. Events of one key are handled one after the other in the order of the
// queue, also behind one that fails; those without a key, and those of different keys, overtake one another. With one
// thread nothing runs at once. What was received and not yet acknowledged when the line goes comes again.
class Consumer {
 public:
  // Connects with start(). Throws Error for what is wrong with the options.
  Consumer(Options connection, ConsumerOptions options);

  // By a broker that has not begun, made for topology_of(options).
  Consumer(std::unique_ptr<bridge::Broker> broker, ConsumerOptions options);

  // stop(). Not in a handler.
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // `handler` takes (const E&) or (const E&, const bridge::WireEvent&). It is called on the consumer's threads, never
  // on the line's, by several of them at once where there are several; it is destroyed with the consumer. An event that
  // does not fit E is rejected. Of several handlers that an event matches each is called, in order of registration; the
  // next try begins with the one that has thrown. Before start(); throws Error after it.
  template <Event E, class F>
  Consumer& on(F&& handler) {
    constexpr bool takes_both = std::is_invocable_v<std::decay_t<F>&, const E&, const bridge::WireEvent&>;
    static_assert(takes_both || std::is_invocable_v<std::decay_t<F>&, const E&>,
                  "a handler takes the event by const reference, and optionally `const bridge::WireEvent&` second");
    return add(id_of<E>(),
               [handler = std::forward<F>(handler)](const bridge::WireEvent& event, const JsonLimits& limits) mutable {
                 const E object = decode<E>(event, limits);
                 if constexpr (takes_both) {
                   handler(object, event);
                 } else {
                   handler(object);
                 }
               });
  }

  // By name (`speaker.onboarded` is version 1, `speaker.onboarded@2` version 2) or by pattern (`speaker.*`, `#`; all
  // versions). Throws DeclarationError for what is neither.
  Consumer& on(std::string_view name_or_pattern, std::function<void(const bridge::WireEvent& event)> handler);

  // Begins to connect and to consume, and returns at once. Once; throws Error without a handler.
  void start();

  // Whether more is received; what was, is still handled.
  void pause();
  void resume();

  ConsumerStatus health() const;

  // Takes nothing more, waits for the handlers that run, however long they take, and gives the rest back to the queue;
  // then waits at most `limit` until the broker knows it all, and closes. A second call waits for the first. Throws
  // Error in a handler, which would wait for itself.
  void stop(std::chrono::milliseconds limit = std::chrono::seconds{5});

 private:
  using Call = std::function<void(const bridge::WireEvent& event, const JsonLimits& limits)>;
  struct State;

  template <Event E>
  static E decode(const bridge::WireEvent& event, const JsonLimits& limits) {
    try {
      return from_json<E>(event.data, limits);
    } catch (const JsonError& error) {
      throw Rejected(error.what());
    }
  }

  Consumer& add(EventId event, Call call);

  std::unique_ptr<State> state_;
};

}  // namespace ashlar::rabbitmq
