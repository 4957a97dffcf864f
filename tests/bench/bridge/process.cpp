#include "process.hpp"
#include "patience.hpp"

#include <ashlar/rabbitmq/bridge.hpp>
#include <ashlar/store/sqlite_log.hpp>

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <thread>

namespace bench {

namespace {

constexpr std::chrono::seconds longest_wait{300};
constexpr double quiet_seconds = 0.05;
constexpr std::chrono::milliseconds pace{20};  // a look costs the processor that is being measured

void wait_until(const std::function<bool()>& holds) {
  const Stopwatch watch;
  while (!holds()) {
    if (watch.seconds() > longest_wait.count()) throw std::runtime_error("the bridge does not get on");
    keep_pace(pace);
  }
}

}  // namespace

Process::Process(const Folder& folder, const std::string& configuration)
    : store_(folder / "bench.db"),
      log_(std::make_shared<ashlar::store::DurableLog>([this] { return ashlar::store::make_sqlite_log(store_); })) {
  ashlar::HostOptions options{.name = "bench"};
  options.configuration.read_yaml(configuration, "bench.yaml", ashlar::process_environment);
  options.data_directory = folder;
  options.event_log = log_;
  options.services.offer(*log_);
  host_ = std::make_unique<ashlar::ModuleHost>(std::move(options));
  if (!configuration.empty()) host_->add(ashlar::rabbitmq::bridge());
}

Process::~Process() { host_->stop(); }

void Process::publish(std::int64_t events) {
  std::optional<ashlar::PendingStored> last;
  for (std::int64_t i = 0; i < events; ++i) last.emplace(bus().publish_async(order(i)));
  if (last) last->wait();
}

void Process::connect(ashlar::bridge::LinkStatus ashlar::bridge::BrokerStatus::*line) {
  host_->start();
  wait_for(line);
}

void Process::wait_for(ashlar::bridge::LinkStatus ashlar::bridge::BrokerStatus::*line) {
  wait_until([&] { return (status().broker.*line).state == ashlar::bridge::LinkState::connected; });
}

// The log is asked only after nothing was on the line for a while, for that costs it something.
Measured Process::measure_drain(std::int64_t events, const std::function<void()>& meanwhile) {
  const Stopwatch watch;
  std::optional<Measured> quiet;
  wait_until([&] {
    if (meanwhile) meanwhile();
    if (status().broker.unconfirmed != 0) {
      quiet.reset();
      return false;
    }
    if (!quiet) quiet = Measured::by(events, watch);
    if (watch.seconds() - quiet->seconds < quiet_seconds) return false;
    for (const ashlar::store::ConsumerStatus& consumer : log_->store().consumers()) {
      if (consumer.name == "rabbitmq.publish" && consumer.lag == 0) return true;
    }
    quiet.reset();
    return false;
  });
  return *quiet;
}

std::string publishing_configuration(const Bench& bench, int window) {
  return fmt::format("rabbitmq:\n  url: {}\n  exchange: {}\n  window: {}\n", bench.url(), exchange, window);
}

std::string consuming_configuration(const Bench& bench, QueueType type) {
  return fmt::format(
      "rabbitmq:\n  url: {}\n  exchange: {}\n  publish: []\n  consume:\n"
      "    - {{queue: {}, bindings: ['#'], prefetch: 1000, type: {}}}\n",
      bench.url(), exchange, queue, type == QueueType::quorum ? "quorum" : "classic");
}

}  // namespace bench
