#pragma once

#include <ashlar/errors.hpp>
#include <ashlar/event_log.hpp>
#include <ashlar/host.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A durable log in memory whose every step the test takes itself: it stores, and delivers when it is told to.
namespace support {

// Work that the test commits or drops.
class FakeUnit final : public ashlar::UnitOfWork {
 public:
  void at_commit(std::function<void()> work) { work_.push_back(std::move(work)); }
  void after_commit(std::function<void()> action) override { after_.push_back(std::move(action)); }

  void commit() {
    for (const auto& work : std::exchange(work_, {})) work();
    for (const auto& action : std::exchange(after_, {})) action();
  }

 private:
  std::vector<std::function<void()>> work_;
  std::vector<std::function<void()>> after_;
};

// Writes down what was said of each delivery: `1 ack`, `2 failed: boom`.
class Settlements final : public ashlar::detail::DeliverySettler {
 public:
  using Settled = ashlar::Settled;

  explicit Settlements(std::size_t count) : settled_(count) {}

  Settled ack(std::size_t delivery, ashlar::UnitOfWork* unit) override {
    if (unit == nullptr) return note(delivery, "ack");
    lines_.push_back(std::to_string(delivery) + " ack in unit");
    return Settled::yes;
  }
  Settled retry(std::size_t delivery, std::string_view error, const std::chrono::milliseconds* delay) override {
    return note(delivery, (delay == nullptr ? "failed: " : "nak: ") + std::string(error));
  }
  Settled bury(std::size_t delivery, std::string_view reason) override {
    return note(delivery, "term: " + std::string(reason));
  }
  Settled give_back(std::size_t delivery) override { return note(delivery, "given back"); }
  Settled extend(std::size_t) override { return Settled::yes; }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  Settled note(std::size_t delivery, std::string what) {
    if (settled_[delivery - 1]) return Settled::late;
    settled_[delivery - 1] = true;
    lines_.push_back(std::to_string(delivery) + ' ' + std::move(what));
    return Settled::yes;
  }

  std::vector<bool> settled_;
  std::vector<std::string> lines_;
};

class FakeLog final : public ashlar::EventLog {
 public:
  void open(ashlar::LogPlan its) override {
    note("open");
    if (!refuses_to_open.empty()) throw ashlar::Error(refuses_to_open);
    plan = std::move(its);
  }
  void begin() override { note("begin"); }
  bool end(ashlar::Clock::Steady) override {
    note("end");
    flush();
    if (at_end) at_end();
    return true;
  }
  void close() override { note("close"); }
  bool settle(std::chrono::milliseconds) override {
    flush();
    return true;
  }
  std::string trouble() const override { return its_trouble; }

  std::int64_t schedule(const ashlar::StoredEvent&, ashlar::Time, ashlar::UnitOfWork*) override { return 0; }
  bool cancel(std::int64_t) override { return false; }

  ashlar::Stored append(const ashlar::StoredEvent& event, ashlar::UnitOfWork* unit) override {
    if (!refuses_events.empty()) throw ashlar::Error(refuses_events);
    const std::lock_guard lock(mutex_);
    if (const auto known = find(event)) return {*known, true};
    if (unit == nullptr) return {store(event), false};
    dynamic_cast<FakeUnit&>(*unit).at_commit([this, event] {
      const std::lock_guard inside(mutex_);
      store(event);
    });
    return {static_cast<std::int64_t>(events_.size()) + 1, false};
  }

  void append_later(ashlar::StoredEvent event, Done done) override {
    const std::lock_guard lock(mutex_);
    later_.emplace_back(std::move(event), std::move(done));
  }

  // Stores what append_later() took, on this thread.
  void flush() {
    std::vector<std::pair<ashlar::StoredEvent, Done>> later;
    {
      const std::lock_guard lock(mutex_);
      later.swap(later_);
    }
    for (const auto& [event, done] : later) {
      try {
        const ashlar::Stored stored = append(event, nullptr);
        done(stored, nullptr);
      } catch (...) {
        done({}, std::current_exception());
      }
    }
  }

  std::vector<ashlar::StoredEvent> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  std::vector<std::string> steps() const {
    const std::lock_guard lock(mutex_);
    return steps_;
  }

  const ashlar::LoggedConsumer& consumer(std::string_view name) const {
    for (const ashlar::LoggedConsumer& consumer : plan.consumers) {
      if (consumer.name == name) return consumer;
    }
    throw std::runtime_error("no consumer " + std::string(name));
  }

  // Gives these to the consumer in one call; what was said of them.
  std::vector<std::string> deliver(std::string_view name, const std::vector<ashlar::StoredEvent>& events,
                                   int count = 1) const {
    Settlements settlements(events.size());
    std::vector<std::unique_ptr<ashlar::Delivery>> deliveries;
    std::vector<ashlar::Delivery*> given;
    for (std::size_t i = 0; i < events.size(); ++i) {
      deliveries.push_back(std::make_unique<ashlar::Delivery>(events[i], count, false, settlements, i + 1));
      given.push_back(deliveries.back().get());
    }
    consumer(name).receiver->receive(given);
    return settlements.lines();
  }

  ashlar::LogPlan plan;
  std::string refuses_to_open;
  std::string refuses_events;
  std::string its_trouble;
  std::function<void()> at_end;

 private:
  void note(std::string step) {
    const std::lock_guard lock(mutex_);
    steps_.push_back(std::move(step));
  }
  std::optional<std::int64_t> find(const ashlar::StoredEvent& event) const {
    for (const ashlar::StoredEvent& known : events_) {
      if (known.metadata.id == event.metadata.id) return known.sequence;
    }
    return std::nullopt;
  }
  std::int64_t store(ashlar::StoredEvent event) {
    event.sequence = static_cast<std::int64_t>(events_.size()) + 1;
    events_.push_back(std::move(event));
    return events_.back().sequence;
  }

  mutable std::mutex mutex_;
  std::vector<ashlar::StoredEvent> events_;
  std::vector<std::pair<ashlar::StoredEvent, Done>> later_;
  std::vector<std::string> steps_;
};

// What the log holds for a delivery.
inline ashlar::StoredEvent stored(std::string name, std::string data, std::string key = {}, int version = 1) {
  ashlar::StoredEvent event;
  event.metadata.id = ashlar::Uuid::v7(1'000);
  event.metadata.name = std::move(name);
  event.metadata.version = version;
  event.metadata.source = "elsewhere";
  event.metadata.correlation_id = "a-chain";
  event.metadata.causation_id = "a-cause";
  event.metadata.tenant_id = "a-tenant";
  event.metadata.key = std::move(key);
  event.data = std::move(data);
  return event;
}

inline ashlar::HostOptions options_with(std::shared_ptr<FakeLog> log) {
  ashlar::HostOptions options;
  options.event_log = std::move(log);
  return options;
}

}  // namespace support
