#include <algorithm>
#include <atomic>

#include "log_bench.hpp"

namespace bench {

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

void take_turns(Figures& figures, const std::vector<Contender>& contenders, int turns) {
  std::vector<std::vector<double>> rates(contenders.size());
  // The first turn is for warming up. Every other one runs backwards, so that nobody always follows the same one.
  for (int turn = 0; turn <= turns; ++turn) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const std::size_t number = turn % 2 == 0 ? i : contenders.size() - 1 - i;
      const Contender& contender = contenders[number];
      if (contender.prepare) contender.prepare();
      const Stopwatch watch;
      const auto events = static_cast<double>(contender.work());
      const double rate = events / watch.seconds();
      if (turn > 0) rates[number].push_back(rate);
    }
  }
  for (std::size_t a = 0; a < contenders.size(); ++a) {
    figures.set(contenders[a].figure, median(rates[a]));
    for (std::size_t b = 0; b < contenders.size(); ++b) {
      if (a == b) continue;
      std::vector<double> ratios;
      for (std::size_t turn = 0; turn < rates[a].size(); ++turn) ratios.push_back(rates[a][turn] / rates[b][turn]);
      figures.set(contenders[a].figure + "/" + contenders[b].figure, median(ratios));
    }
  }
}

BenchFile::BenchFile(const std::filesystem::path& folder) {
  static std::atomic<int> count{0};
  path_ = folder / ("bench" + std::to_string(++count) + ".db");
  remove();
}

BenchFile::~BenchFile() { remove(); }

void BenchFile::remove() {
  for (const char* end : {"", "-wal", "-shm", "-owners"}) {
    std::filesystem::path file = path_;
    std::filesystem::remove(file += end);
  }
}

}  // namespace bench
