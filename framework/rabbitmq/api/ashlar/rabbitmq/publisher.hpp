#pragma once

// For a program that publishes events and wants nothing else: no host, no modules, no log on disk.
//
//   ashlar::rabbitmq::Publisher publisher({.urls = {"amqp://localhost"}}, {.name = "speakers", .exchange = "events"});
//   const auto sent = publisher.publish(SpeakerOnboarded{...}).wait(std::chrono::seconds{5});

#include <ashlar/bridge/broker.hpp>
#include <ashlar/bridge/topology.hpp>
#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/clock.hpp>
#include <ashlar/event.hpp>
#include <ashlar/event_context.hpp>
#include <ashlar/json.hpp>
#include <ashlar/log.hpp>
#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <ashlar/uuid.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::rabbitmq {

struct PublisherOptions {
  std::string name;      // of the program: the source of its events, and their app_id
  std::string exchange;  // of type topic
  bridge::WireFormat format = bridge::WireFormat::domain_event;
  bridge::Declare declare = bridge::Declare::create;
  std::vector<bridge::Queue>
      queues{};  // of consumers that may never have run; only declared, so that nothing misses them
  std::size_t most_waiting = 10'000;           // events that are not confirmed, on the line or not; all are in memory
  std::chrono::milliseconds wait_for_room{0};  // how long publish() waits at that limit before it refuses
  std::chrono::milliseconds give_up_after{60'000};  // how long what is lost with a line is published again
  Clock* clock = &system_clock();                   // outlives the publisher
  Log log = Log(nullptr, "publisher");              // by default nothing is written
};

// How the events of one type go out.
template <Event E>
struct PublishedAs {
  std::function<std::string(const E&)> key{};  // `&SpeakerOnboarded::speaker_id`: what it is about; empty: nothing
  std::string routing_key{};                   // empty: `name`, from version 2 on `name.vN`
  std::string aggregate_type{};                // empty: the name's entity segment in PascalCase
};

// What becomes of one event; a small value that may be copied, dropped, and kept longer than its publisher. Any thread.
class Publication {
 public:
  struct State;
  explicit Publication(std::shared_ptr<State> state);

  const Uuid& id() const;

  // Nothing: not known yet.
  std::optional<bridge::Sent> result() const;

  // Waits until it is known, at most `limit`; nothing when it is not known by then, and may still become anything. Not
  // in an observer, which would wait for itself.
  std::optional<bridge::Sent> wait(std::chrono::milliseconds limit) const;

  // `observer` is called once: inside this call when it is known already, or else on whatever thread learns it. It
  // returns soon; what it throws is ignored. Several are called in order; those of different events in no order.
  void then(std::function<void(const bridge::Sent& sent)> observer);

 private:
  std::shared_ptr<State> state_;
};

// A publisher as it is now, and what it has done; a copy.
struct PublisherStatus {
  bridge::LinkStatus line{};
  std::size_t unconfirmed = 0;  // on the line, and nothing heard
  std::size_t waiting = 0;      // for the line
  std::uint64_t confirmed = 0;
  std::uint64_t returned = 0;
  std::uint64_t refused = 0;
  std::uint64_t lost = 0;
  std::string last_error{};  // of the last event that was not confirmed; empty: none

  bool healthy() const { return line.works(); }
};

// The options of an event that follows from another one: the same correlation, tenant and user, and that one as its
// cause.
PublishOptions caused_by(const Metadata& event);

// Publishes events, at least once. Each is persistent, and confirmed when a queue has it on disk. What is lost with a
// line is published again, under the same id and before everything newer, until `give_up_after`; then, and for what no
// queue takes or the broker refuses, its Publication says so, and the log of the first of a row. Events stay in the
// order of the calls of publish() where nothing is given up. Nothing is on disk here: what is not confirmed when the
// process dies is gone. All functions from any thread.
class Publisher {
 public:
  // Begins to connect, and returns at once; a broker that is away is tried until it is there. Throws Error for what is
  // wrong with the options.
  Publisher(Options connection, PublisherOptions options);

  // By a broker that has not begun; its own options say exchange, queues and declaration.
  Publisher(std::unique_ptr<bridge::Broker> broker, PublisherOptions options);

  // stop() with 5 s. Not in an observer.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Before the first event of this type is published; once. Throws Error for a second time.
  template <Event E>
  void describe(PublishedAs<E> as) {
    std::function<std::string(const void*)> key;
    if (as.key) key = [of = std::move(as.key)](const void* event) { return of(*static_cast<const E*>(event)); };
    describe(id_of<E>(), {std::move(key), std::move(as.routing_key), std::move(as.aggregate_type)});
  }

  // Never waits for the broker, and for room only as the options say. Metadata that `options` leave out are made up: a
  // new id, the time of now, and the id as correlation. Throws JsonError for what JSON cannot say; everything else that
  // can go wrong is said by the Publication.
  template <Event E>
  Publication publish(const E& event, const PublishOptions& options = {}) {
    return publish(event, std::string_view(), options);
  }
  template <Event E>
  Publication publish(const E& event, std::string_view routing_key, const PublishOptions& options = {}) {
    return publish(id_of<E>(), &event, to_json(event), routing_key, options);
  }

  // `event` as in `orders.order.placed` or `orders.order.placed@2`; `json` is its data. Throws Error for a name that is
  // none and for text that is no JSON.
  Publication publish_json(std::string_view event, std::string_view json, std::string_view routing_key = {},
                           const PublishOptions& options = {});

  // With all its metadata; what is empty of id, time, source and correlation is made up. Throws as publish_json().
  Publication publish(bridge::WireEvent event, std::string_view routing_key = {});

  PublisherStatus health() const;

  // Takes no more events: they are refused. Waits at most `limit` until nothing waits and nothing is unconfirmed, also
  // for a line, and closes; what is left by then is lost, and said to be. A second call waits for the first. Throws
  // Error in an observer, which would wait for itself.
  void stop(std::chrono::milliseconds limit);

 private:
  struct Description {
    std::function<std::string(const void*)> key;
    std::string routing_key;
    std::string aggregate_type;
  };
  struct State;

  void describe(EventId event, Description description);
  Publication publish(EventId event, const void* object, std::string json, std::string_view routing_key,
                      const PublishOptions& options);
  Publication send(Metadata metadata, std::string_view data, bridge::WireOptions options);

  std::unique_ptr<State> state_;
};

}  // namespace ashlar::rabbitmq
