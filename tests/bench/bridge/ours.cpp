// The bridge in a host, between a log and a broker; and a broker alone.

#include <ashlar/bridge/bridge.hpp>
#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/json.hpp>
#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <ashlar/uuid.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "bridge_bench.hpp"

#include "patience.hpp"
#include "process.hpp"

namespace bench {

namespace {

using ashlar::bridge::LinkState;

constexpr std::uint16_t prefetch = 1'000;
constexpr std::size_t fill_window = 1'000;

ashlar::bridge::Topology topology(QueueType type, ashlar::bridge::Consume consume) {
  return {.exchange = exchange,
          .queues = {{.name = queue, .bindings = {"#"}, .type = type, .consume = consume, .prefetch = prefetch}}};
}

void check_connected(bool connected) {
  if (!connected) throw std::runtime_error("a line to the broker does not come up");
}

// A broker alone: counts what came and settles it at once.
class Line final : ashlar::bridge::BrokerListener {
 public:
  Line(const Bench& bench, ashlar::bridge::Topology topology, std::int64_t wanted = 0)
      : wanted_(wanted),
        broker_(ashlar::rabbitmq::make_broker({.urls = {bench.url()}, .window = fill_window, .publishes = wanted == 0},
                                              std::move(topology))) {}

  void begin() { broker_->begin(*this); }
  ashlar::bridge::Broker& operator*() { return *broker_; }
  ashlar::bridge::Broker* operator->() { return broker_.get(); }

  void wait_until_publishing() {
    std::unique_lock lock(mutex_);
    check_connected(changed_.wait_for(lock, std::chrono::seconds{30}, [this] { return publishing_; }));
  }
  // From the first one on.
  Measured wait_for_all() {
    for (std::int64_t seen = received_.load(); seen == 0; seen = received_.load()) received_.wait(seen);
    const Stopwatch watch;
    for (std::int64_t seen = received_.load(); seen < wanted_; seen = received_.load()) received_.wait(seen);
    return Measured::by(wanted_, watch);
  }

 private:
  void received(ashlar::bridge::Incoming message) override {
    broker_->settle(message.receipt, ashlar::bridge::Verdict::done);
    const std::int64_t count = received_.fetch_add(1) + 1;
    if (count == 1 || count == wanted_) received_.notify_one();
  }
  void changed(const ashlar::bridge::BrokerStatus& status) override {
    const std::lock_guard lock(mutex_);
    publishing_ = status.publishing.state == LinkState::connected;
    changed_.notify_all();
  }

  const std::int64_t wanted_;  // so many come; 0: it publishes
  std::atomic<std::int64_t> received_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool publishing_ = false;  // guarded by the mutex
  std::unique_ptr<ashlar::bridge::Broker> broker_;
};

}  // namespace

OrderPlaced order(std::int64_t number) {
  return {.order_id = fmt::format("0190f3a2-7b1c-7cde-8f01-{:012}", number),
          .customer_id = "customer-4711",
          .number = number,
          .total_cents = 129'900,
          .note = std::string(160, 'x')};
}

ashlar::bridge::Message order_message(std::int64_t number) {
  const OrderPlaced event = order(number);
  const auto now = std::chrono::time_point_cast<ashlar::Time::duration>(std::chrono::system_clock::now());
  ashlar::Metadata metadata{.id = ashlar::Uuid::v7(now.time_since_epoch().count()),
                            .name = "orders.order.placed",
                            .time = now,
                            .source = "orders",
                            .key = event.order_id};
  metadata.correlation_id = metadata.id.to_string();
  return ashlar::bridge::write(ashlar::bridge::WireFormat::domain_event, metadata, ashlar::to_json(event),
                               {.application = "bench"});
}

void make_queue(const Bench& bench, QueueType type) {
  RawLine(bench).remove_queue();
  Line line(bench, topology(type, ashlar::bridge::Consume::no));
  line.begin();
  line.wait_until_publishing();
  line->end(std::chrono::seconds{1});
}

void fill_queue(const Bench& bench, std::int64_t events) {
  Line line(bench, {.exchange = exchange});
  line.begin();
  line.wait_until_publishing();
  std::atomic<std::int64_t> refused{0};
  for (std::int64_t i = 0; i < events; ++i) {
    while (line->status().unconfirmed > 4 * fill_window) pause_between_looks();
    line->publish(order_message(i), [&refused](const ashlar::bridge::Sent& sent) {
      if (sent.outcome != ashlar::bridge::Sent::Outcome::confirmed) ++refused;
    });
  }
  line->end(std::chrono::seconds{30});
  if (refused > 0) throw std::runtime_error("the broker does not take what the benchmark fills the queue with");
}

Contender broker_consuming(const Bench& bench, std::string figure, QueueType type, std::int64_t events) {
  return {.figure = std::move(figure),
          .work =
              [=, &bench] {
                Line line(bench, topology(type, ashlar::bridge::Consume::yes), events);
                line.begin();
                const Measured measured = line.wait_for_all();
                line->end(std::chrono::seconds{10});
                return measured;
              },
          .prepare = [=, &bench] { fill_queue(bench, events); }};
}

Contender bridge_publishing(const Bench& bench, std::string figure, std::int64_t events, int window) {
  const auto folder = std::make_shared<std::unique_ptr<BenchFolder>>();
  return {.figure = std::move(figure),
          .work =
              [=, &bench] {
                Process process((*folder)->path(), publishing_configuration(bench, window));
                process.host().add(std::make_unique<Orders>());
                process.connect(&ashlar::bridge::BrokerStatus::publishing);
                return process.measure_drain(events);
              },
          .prepare =
              [=, &bench] {
                *folder = std::make_unique<BenchFolder>(bench.folder);
                Process process((*folder)->path(), {});
                process.host().add(std::make_unique<Orders>());
                process.host().start();
                process.publish(events);
              }};
}

Contender bridge_consuming(const Bench& bench, std::string figure, QueueType type, std::int64_t events) {
  return {.figure = std::move(figure),
          .work =
              [=, &bench] {
                const BenchFolder folder(bench.folder);
                Process process(folder.path(), consuming_configuration(bench, type));
                process.host().add(std::make_unique<Orders>());
                process.connect(&ashlar::bridge::BrokerStatus::consuming);
                const Stopwatch watch;
                while (process.status().stored < static_cast<std::uint64_t>(events)) {
                  pause_between_looks();
                }
                return Measured::by(events, watch);
              },
          .prepare = [=, &bench] { fill_queue(bench, events); }};
}

}  // namespace bench
