// From publish() in one process of an application to a handler in another; each has a store of its own.

#include <algorithm>
#include <atomic>

#include "bridge_bench.hpp"
#include "process.hpp"

namespace bench {

namespace {

// Of the one reader that there is.
std::atomic<std::int64_t> read{0};

// Handles what the other process publishes.
class Reader final : public ashlar::Module {
 public:
  std::string_view name() const override { return "reader"; }
  void declare(ashlar::Declaration&) override {}
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on_stream<OrderPlaced>("reading", {}, [](const OrderPlaced& event) {
      read.store(event.number);
      read.notify_all();
    });
  }
};

double percentile(std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

}  // namespace

void measure_way(const Bench& bench, Figures& figures) {
  using ashlar::bridge::BrokerStatus;
  const BenchFolder here(bench.folder);
  const BenchFolder there(bench.folder);
  const std::string configuration = publishing_configuration(bench, 256);
  Process publishing(here.path(), configuration);
  publishing.host().add(std::make_unique<Orders>());
  publishing.host().leave_out(
      {"reader", []() -> std::unique_ptr<ashlar::Module> { return std::make_unique<Reader>(); }});
  Process reading(there.path(), configuration);
  reading.host().add(std::make_unique<Reader>());
  reading.host().leave_out({"orders", []() -> std::unique_ptr<ashlar::Module> { return std::make_unique<Orders>(); }});
  reading.connect(&BrokerStatus::consuming);
  publishing.connect(&BrokerStatus::publishing);

  std::vector<double> times;
  const std::int64_t warming = 100;
  const std::int64_t events = warming + bench.scaled(2'000);
  for (std::int64_t i = 1; i <= events; ++i) {
    const Stopwatch watch;
    publishing.bus().publish(order(i));
    for (std::int64_t seen = read.load(); seen < i; seen = read.load()) read.wait(seen);
    if (i > warming) times.push_back(watch.seconds() * 1e6);
  }
  std::sort(times.begin(), times.end());
  figures["way_p50_us"] = percentile(times, 0.5);
  figures["way_p99_us"] = percentile(times, 0.99);
}

}  // namespace bench
