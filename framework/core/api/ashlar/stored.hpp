#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace ashlar {

// What became of an event that was given to the log.
struct Stored {
  std::int64_t sequence = 0;  // of the first one with this id
  bool duplicate = false;     // there was one already, and this one was ignored
};

namespace detail {
class PendingState;
}

// What EventBus::publish_async() hands back: what will have become of the event. A value whose copies are one; letting go of
// it changes nothing. Any thread.
class PendingStored {
 public:
  explicit PendingStored(std::shared_ptr<const detail::PendingState> state) : state_(std::move(state)) {}

  // The event is durable and its handlers have run, or it could not be stored.
  bool is_ready() const;

  // Until then. Not inside a handler that the log's own thread calls, which would wait for itself.
  void wait() const;

  // Waits, and throws what kept the event from being stored.
  Stored get() const;

 private:
  std::shared_ptr<const detail::PendingState> state_;
};

}  // namespace ashlar
