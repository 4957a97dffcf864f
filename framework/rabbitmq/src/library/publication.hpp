#pragma once

#include <ashlar/rabbitmq/publisher.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace ashlar::rabbitmq {

struct Publication::State {
  explicit State(const Uuid& its_id) : id(its_id) {}

  // Once; calls the observers.
  void settle(bridge::Sent what);

  const Uuid id;
  std::mutex mutex;  // guards what follows
  std::condition_variable known;
  std::optional<bridge::Sent> sent;
  std::vector<std::function<void(const bridge::Sent&)>> observers;
};

// Whether this thread is calling an observer, which must not wait.
bool in_an_observer();

}  // namespace ashlar::rabbitmq
