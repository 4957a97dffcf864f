#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/rabbitmq/consumer.hpp>
#include <ashlar/rabbitmq/publisher.hpp>
#include <ashlar/testing/memory_broker.hpp>
#include <ashlar/testing/recorded_log.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "patience.hpp"

namespace library_test {

constexpr std::chrono::seconds patience{40};

struct Placed {
  std::string order;
  int number = 0;
};
ASHLAR_EVENT(Placed, "orders.order.placed", 1, order, number)

struct PlacedAgain {
  int number = 0;
};
ASHLAR_EVENT(PlacedAgain, "orders.order.placed", 2, number)

// Until `holds`, which is looked at from time to time.
inline bool wait_until(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    pause_between_looks();
  }
  return true;
}

// What handlers heard, in order. Any thread.
class Heard {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  // Until there are so many.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return lines_.size() >= count; });
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

// Opens once; whoever comes before waits, and can be waited for.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait_for(lock, patience, [&] { return open_; });
  }
  bool wait_for(int arrived) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return arrived_ >= arrived; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  bool open_ = false;
};

// An exchange with the queue `work`, which takes everything of orders.
struct Place {
  Place() { exchange.declare({.name = "work", .bindings = {"orders.#"}}); }

  ashlar::rabbitmq::PublisherOptions publisher() const {
    return {.name = "shop", .exchange = "memory", .log = ashlar::Log(log, "publisher")};
  }
  ashlar::rabbitmq::ConsumerOptions consumer() const {
    return {.queue = "work", .bindings = {"orders.#"}, .exchange = "memory", .log = ashlar::Log(log, "consumer")};
  }
  // For a publisher.
  std::unique_ptr<ashlar::bridge::Broker> broker() { return exchange.make_broker({.exchange = "memory"}); }
  std::unique_ptr<ashlar::bridge::Broker> broker(const ashlar::rabbitmq::ConsumerOptions& options) {
    return exchange.make_broker(topology_of(options));
  }

  // As another program publishes, in the default format.
  void send(const Placed& event, const std::string& key = {}) {
    const ashlar::Time now = ashlar::system_clock().now();
    const ashlar::Metadata metadata{.id = ashlar::Uuid::v7(now.time_since_epoch().count()),
                                    .name = "orders.order.placed",
                                    .time = now,
                                    .source = "orders",
                                    .key = key};
    exchange.publish(ashlar::bridge::write(ashlar::bridge::WireFormat::domain_event, metadata, ashlar::to_json(event),
                                           {.application = "shop"}));
  }

  int lines_with(const std::string& part) const {
    int count = 0;
    for (const ashlar::testing::LogLine& line : log->lines()) {
      count += line.to_string().find(part) != std::string::npos ? 1 : 0;
    }
    return count;
  }

  // The numbers of the events in a queue, in order.
  std::vector<int> numbers(const std::string& queue = "work") const {
    std::vector<int> numbers;
    for (const ashlar::bridge::Message& message : exchange.messages(queue)) {
      numbers.push_back(ashlar::from_json<Placed>(ashlar::bridge::read(message, {}, {}).data).number);
    }
    return numbers;
  }

  std::shared_ptr<ashlar::testing::RecordedLog> log = std::make_shared<ashlar::testing::RecordedLog>();
  ashlar::testing::MemoryExchange exchange;
};

}  // namespace library_test
