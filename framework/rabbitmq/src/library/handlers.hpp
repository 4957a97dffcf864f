#pragma once

#include <ashlar/rabbitmq/consumer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "library/lanes.hpp"

namespace ashlar::rabbitmq {

struct Handler {
  std::string event;  // reference or pattern
  std::function<void(const bridge::WireEvent& event, const JsonLimits& limits)> call;
};

// What has become of a message here.
enum class Result { handled, duplicate, ignored, again, rejected };

struct Handled {
  Result result = Result::handled;
  std::string reason{};  // of `again` and `rejected`
  int failures = 0;      // calls that have thrown
};

// What is done with an event, and the log of it. Unchanged once there is more than one thread.
class Handlers {
 public:
  // `options` outlives it.
  explicit Handlers(const ConsumerOptions& options) : options_(options), limits_{.bytes = options.max_bytes} {}

  void add(Handler handler) { handlers_.push_back(std::move(handler)); }
  bool empty() const { return handlers_.empty(); }

  // Calls those that the event matches, from the one on that has thrown the last time, and notes in `arrival` how far
  // it came.
  Handled handle(Arrival& arrival) const;

  // A message that is no event.
  Handled reject(const bridge::Incoming& incoming, std::string_view event, std::string reason, int failures = 0) const;

  std::chrono::milliseconds pause_after(int tries) const;

 private:
  Handled nobody(const Arrival& arrival) const;
  Handled failed(Arrival& arrival, const std::string& reason) const;

  const ConsumerOptions& options_;
  const JsonLimits limits_;
  std::vector<Handler> handlers_;
};

}  // namespace ashlar::rabbitmq
