// What gathered in the log while the broker was away.

#include <algorithm>
#include <fstream>

#include "bridge_bench.hpp"
#include "process.hpp"

namespace bench {

namespace {

constexpr int window = 256;

double resident_megabytes() {
  std::ifstream status("/proc/self/statm");
  double pages = 0;
  status >> pages >> pages;
  return pages * 4096 / 1e6;
}

double raw_rate(const Bench& bench, std::int64_t events) {
  RawLine line(bench);
  line.purge();
  const Measured measured = line.publish(events, window);
  line.purge();
  return static_cast<double>(events) / measured.seconds;
}

}  // namespace

void measure_backlog(Bench& bench, std::int64_t events, Figures& figures) {
  using ashlar::bridge::BrokerStatus;
  make_queue(bench, QueueType::quorum);
  double raw = raw_rate(bench, events);
  const BenchFolder folder(bench.folder);
  {
    Process process(folder.path(), publishing_configuration(bench, window));
    process.host().add(std::make_unique<Orders>());
    process.connect(&BrokerStatus::publishing);
    bench.server.kill();
    process.publish(events);
    const double before = resident_megabytes();
    double most = before;
    bench.server.start();
    process.wait_for(&BrokerStatus::publishing);
    const Measured drain = process.measure_drain(events, [&] { most = std::max(most, resident_megabytes()); });
    figures["backlog"] = static_cast<double>(events) / drain.seconds;
    figures["backlog_cpu_us"] = drain.cpu_seconds * 1e6 / static_cast<double>(events);
    figures["backlog_memory_growth_mb"] = most - before;
    figures["backlog_events"] = static_cast<double>(events);
  }
  raw = (raw + raw_rate(bench, events)) / 2;
  figures["raw_backlog"] = raw;
  figures["backlog/raw_backlog"] = figures["backlog"] / raw;
}

}  // namespace bench
