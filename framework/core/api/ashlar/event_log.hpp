#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event_context.hpp>
#include <ashlar/log.hpp>
#include <ashlar/stream.hpp>
#include <ashlar/unit_of_work.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar {

// What core asks of a durable log, and what it gives it; the room `store` has the log. A host without one refuses durable
// events and stream consumers when it starts.

// An event that somebody declares, as the log must know it.
struct LoggedEvent {
  std::string name;
  int version = 1;
  std::vector<std::string> renamed_from{};  // names under which it may be stored
};

// Gives deliveries to the handlers of one stream consumer.
class StreamReceiver {
 public:
  virtual ~StreamReceiver() = default;

  // Settles every delivery: by what the handler says, or by its return (ack) or throw (failed). Throws nothing. Called on
  // the consumer's threads, by several at once where it has several workers. What comes in one call is in order.
  virtual void receive(std::span<Delivery* const> deliveries) = 0;

  // At most so many at once: 1, or StreamOptions::batch_size for a handler that takes batches. 0 from begin() on: the module
  // failed to start, so this consumer receives nothing.
  virtual std::size_t most_at_once() const = 0;
};

// A stream consumer that a module registered.
struct LoggedConsumer {
  std::string name;                 // `module.handler`
  std::vector<std::string> events;  // references and patterns, as selects() reads them
  StreamOptions options;
  std::shared_ptr<StreamReceiver> receiver;
};

// What a host says to its log before its first module starts.
struct LogPlan {
  std::vector<LoggedEvent> events;
  std::vector<LoggedConsumer> consumers;
  std::vector<std::string> absent{};  // modules that are left out or failed: theirs are not here, and no orphans
  Clock* clock = nullptr;
  std::shared_ptr<LogSink> log{};
};

// The durable log of a host, as core sees it. open(), begin(), end() and close() one at a time, from whatever threads;
// append and append_later from any, at any time between open() and close(), also inside a Done and inside a receiver.
class EventLog {
 public:
  virtual ~EventLog() = default;

  // At each start, after the handlers have been registered. Nothing is delivered before begin(). Throws Error: the file is
  // locked, damaged, of a newer version; or stored names that nobody declares, in strict mode.
  virtual void open(LogPlan plan) = 0;

  // Adds the event; in `unit`'s commit where one is given, otherwise durable on return. The sequence of an event in a
  // unit is final when that has committed. Throws Error, and nothing is stored.
  virtual Stored append(const StoredEvent& event, UnitOfWork* unit) = 0;

  // The same without waiting: `done` is called on a thread of the log once the event is durable, in order of the log; or
  // with what append() would have thrown. May wait while too many are in flight.
  using Done = std::function<void(const Stored& stored, std::exception_ptr error)>;
  virtual void append_later(StoredEvent event, Done done) = 0;

  // Stores the event for later: it is added to the log when `due` has come. In `unit`'s commit where one is given. Gives a
  // number for cancel(), which says whether it was still there.
  virtual std::int64_t schedule(const StoredEvent& event, Time due, UnitOfWork* unit) = 0;
  virtual bool cancel(std::int64_t number) = 0;

  // Consumers begin to receive. After the last module has started.
  virtual void begin() = 0;

  // Consumers take nothing more, handlers that run finish, what was not begun is given back, and what append_later() took
  // is stored; false when that is not so at the deadline, and then it may be called again. Also called where begin() was
  // not. Appending goes on until close().
  virtual bool end(Clock::Steady deadline) = 0;

  // After the last module has stopped. Afterwards open() may be called again.
  virtual void close() = 0;

  // Until no consumer of this process has anything to do at once (what waits for its time does not count); false when that
  // is not so after `limit`, by the machine's clock.
  virtual bool settle(std::chrono::milliseconds limit) = 0;

  // Why it does not work fully, or nothing.
  virtual std::string trouble() const = 0;
};

}  // namespace ashlar
