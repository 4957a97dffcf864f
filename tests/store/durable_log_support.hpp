#pragma once

#include <ashlar/errors.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/testing/recorded_log.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "failing_log.hpp"

// What handlers saw, in order. Any thread.
class Journal {
 public:
  void add(std::string line) {
    // With the mutex held: who waited may destroy this as soon as it goes on.
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }

  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  // Until there are so many; what is there then.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return lines_.size() >= count; });
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

// Shut until it is opened, for good.
class Gate {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds{20}, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

// Calls a function for each delivery, as core does.
class EachReceiver final : public ashlar::StreamReceiver {
 public:
  explicit EachReceiver(std::function<void(ashlar::Delivery&)> handle) : handle_(std::move(handle)) {}

  void receive(std::span<ashlar::Delivery* const> deliveries) override {
    for (ashlar::Delivery* delivery : deliveries) {
      try {
        handle_(*delivery);
        if (!delivery->is_settled()) delivery->ack();
      } catch (...) {
        if (!delivery->is_settled()) delivery->failed(ashlar::current_exception_message());
      }
    }
  }
  std::size_t most_at_once() const override { return 1; }

 private:
  std::function<void(ashlar::Delivery&)> handle_;
};

// Calls a function for each batch; what it leaves is acked.
class BatchReceiver final : public ashlar::StreamReceiver {
 public:
  using Handle = std::function<void(std::span<ashlar::Delivery* const>)>;
  BatchReceiver(std::size_t most, Handle handle) : most_(most), handle_(std::move(handle)) {}

  void receive(std::span<ashlar::Delivery* const> deliveries) override {
    handle_(deliveries);
    for (ashlar::Delivery* delivery : deliveries) {
      if (!delivery->is_settled()) delivery->ack();
    }
  }
  std::size_t most_at_once() const override { return most_; }

 private:
  std::size_t most_;
  Handle handle_;
};

// A durable log, in memory if nothing else is said, whose time the test moves.
struct DurableRig {
  using MakeStore = std::function<std::unique_ptr<ashlar::store::LogStore>()>;
  static std::unique_ptr<ashlar::store::LogStore> in_memory() { return std::make_unique<ashlar::testing::MemoryLog>(); }

  explicit DurableRig(ashlar::store::DurableLogOptions options = {}, MakeStore make_store = in_memory)
      : durable(
            [this, make_store] {
              auto made = std::make_unique<FailingLog>(make_store());
              memory = made.get();
              return made;
            },
            std::move(options)) {}

  // Opens and begins with one consumer of everything.
  void run(std::function<void(ashlar::Delivery&)> handle, ashlar::StreamOptions options = {}) {
    run({consumer("audit.record", std::move(handle), std::move(options))});
  }
  void run(std::vector<ashlar::LoggedConsumer> consumers) {
    durable.open(plan(std::move(consumers)));
    durable.begin();
  }

  ashlar::LogPlan plan(std::vector<ashlar::LoggedConsumer> consumers) {
    return {.events = {}, .consumers = std::move(consumers), .clock = &clock, .log = log};
  }

  static ashlar::LoggedConsumer consumer(std::string name, std::function<void(ashlar::Delivery&)> handle,
                                         ashlar::StreamOptions options = {}) {
    return {.name = std::move(name),
            .events = {"#"},
            .options = std::move(options),
            .receiver = std::make_shared<EachReceiver>(std::move(handle))};
  }

  ashlar::StoredEvent event(std::string data, std::string key = {}) const {
    ashlar::StoredEvent made{.data = std::move(data)};
    made.metadata.id = ashlar::Uuid::v7(clock.now().time_since_epoch().count());
    made.metadata.name = "orders.order.placed";
    made.metadata.time = clock.now();
    made.metadata.key = std::move(key);
    return made;
  }
  std::int64_t append(std::string data, std::string key = {}) {
    return durable.append(event(std::move(data), std::move(key)), nullptr).sequence;
  }

  bool settle() { return durable.settle(std::chrono::seconds{20}); }
  bool end() { return durable.end(ashlar::system_clock().steady_now() + std::chrono::hours{1}); }

  ashlar::store::ConsumerStatus status() { return durable.store().consumers().at(0); }

  ashlar::testing::VirtualClock clock;
  std::shared_ptr<ashlar::testing::RecordedLog> log = std::make_shared<ashlar::testing::RecordedLog>();
  FailingLog* memory = nullptr;
  ashlar::store::DurableLog durable;
};

using Lines = std::vector<std::string>;
