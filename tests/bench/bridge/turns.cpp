#include <sys/resource.h>

#include <algorithm>
#include <atomic>

#include "bridge_bench.hpp"

namespace bench {

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<double> ratios(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> made;
  for (std::size_t turn = 0; turn < a.size(); ++turn) made.push_back(a[turn] / b[turn]);
  return made;
}

double in_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

double Stopwatch::cpu_now() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
}

void take_turns(Figures& figures, const std::vector<Contender>& contenders, int turns,
                const std::function<void()>& after) {
  std::vector<std::vector<double>> rates(contenders.size());
  std::vector<std::vector<double>> costs(contenders.size());
  // The first turn is for warming up. Every other one runs backwards, so that nobody always follows the same one.
  for (int turn = 0; turn <= turns; ++turn) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const std::size_t number = turn % 2 == 0 ? i : contenders.size() - 1 - i;
      const Contender& contender = contenders[number];
      if (contender.prepare) contender.prepare();
      const Measured measured = contender.work();
      if (after) after();
      if (turn == 0) continue;
      const auto events = static_cast<double>(measured.events);
      rates[number].push_back(events / measured.seconds);
      costs[number].push_back(measured.cpu_seconds * 1e6 / events);
    }
  }
  for (std::size_t a = 0; a < contenders.size(); ++a) {
    figures[contenders[a].figure] = median(rates[a]);
    figures[contenders[a].figure + "_cpu_us"] = median(costs[a]);
    for (std::size_t b = 0; b < contenders.size(); ++b) {
      if (a == b) continue;
      const std::string name = contenders[a].figure + "/" + contenders[b].figure;
      figures[name] = median(ratios(rates[a], rates[b]));
      figures[name + "_cpu"] = median(ratios(costs[a], costs[b]));
    }
  }
}

BenchFolder::BenchFolder(const Folder& folder) {
  static std::atomic<int> count{0};
  path_ = folder / ("bench" + std::to_string(++count));
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

BenchFolder::~BenchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace bench
