#pragma once

#include <ashlar/bridge/message.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace ashlar::bridge {

// What became of a message that was given to Broker::publish().
struct Sent {
  enum class Outcome {
    confirmed,  // at least one queue has it, on disk
    returned,   // no queue takes its routing key
    refused,    // the broker does not take it, or it cannot be carried: too large, a property too long
    lost        // not connected, or no longer: the broker may have it or not
  };

  Outcome outcome = Outcome::confirmed;
  std::string reason{};  // of the others, for people; without credentials
};

// What is said of a message that came.
enum class Verdict {
  done,    // the queue forgets it
  reject,  // it goes to the queue's dead-letter exchange
  return_  // the queue delivers it again, to anybody
};

enum class LinkState { idle, connecting, connected, paused, blocked, waiting, closed };

// One connection as it is now; a copy. Publishing and consuming have one each, because a broker blocks those that publish.
struct LinkStatus {
  LinkState state =
      LinkState::idle;         // idle: not needed. paused: nothing comes until resume(). waiting: for the next try
  std::string host{};          // `name:port` of the last try
  std::uint64_t connects = 0;  // that succeeded
  std::string error{};         // why it is not connected, or is blocked; without credentials

  // It carries messages, or would if it were asked to.
  bool works() const { return state == LinkState::connected || state == LinkState::paused; }
};

struct BrokerStatus {
  LinkStatus publishing{};
  LinkStatus consuming{};
  std::size_t unconfirmed = 0;  // published, and nothing heard yet
  std::size_t unsettled = 0;    // received, and not settled yet
};

// Who uses a broker. Called on the broker's threads, one call at a time for each link; returns soon, throws nothing.
class BrokerListener {
 public:
  virtual void received(Incoming message) = 0;

  // A link has come up, is gone, is paused or blocked, or is not any more.
  virtual void changed(const BrokerStatus& status) = 0;

 protected:
  ~BrokerListener() = default;
};

// An outside system that carries messages. It connects by itself, and again whenever a line is gone, with growing and jittered
// pauses; it keeps nothing for anybody: what was not confirmed when a line went is told to be lost, and whoever published it
// publishes it again. Every implementation passes the suite tests/bridge/broker_suite.hpp. All functions from any thread.
class Broker {
 public:
  virtual ~Broker() = default;

  // Begins to connect and to receive, and returns at once. `listener` lives until end() has returned. Once.
  virtual void begin(BrokerListener& listener) = 0;

  // Publishes persistent and mandatory, in order of the calls. `done` is called once: on the broker's thread, or inside this
  // call where there is no connection. Never waits; whoever publishes bounds what is unconfirmed. What is lost is not the end
  // of it: the next call may find a new line, so what must not be overtaken is confirmed before what is newer is published.
  using Done = std::function<void(Sent sent)>;
  virtual void publish(Message message, Done done) = 0;

  // Each received message once, in any order. Of a line that is gone it is ignored: the message comes again.
  virtual void settle(const Receipt& receipt, Verdict verdict) = 0;

  // Takes nothing more from the queues; what was received can still be settled. What is on its way still comes; the consuming
  // link is `paused` when nothing is, and the listener hears of it.
  virtual void pause() = 0;
  virtual void resume() = 0;

  virtual BrokerStatus status() const = 0;

  // Takes nothing more, waits at most `limit` for what is unconfirmed and for verdicts on what was received, and closes. When
  // it has returned every `done` has been called, and the listener is not called any more. A second call is harmless.
  virtual void end(std::chrono::milliseconds limit) = 0;
};

}  // namespace ashlar::bridge
