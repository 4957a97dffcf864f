#pragma once

#include <ashlar/event.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace bench {

// About 300 bytes as JSON.
struct OrderPlaced {
  std::string order_id;
  std::string customer_id;
  std::int64_t number = 0;
  std::int64_t total_cents = 0;
  std::string note;
};
ASHLAR_EVENT(OrderPlaced, "bench.order.placed", 1, order_id, customer_id, number, total_cents, note)

inline OrderPlaced order(std::int64_t number) {
  return {.order_id = "0190f3a2-7b1c-7cde-8f01-23456789abcd",
          .customer_id = "customer-4711",
          .number = number,
          .total_cents = 129'900,
          .note = std::string(160, 'x')};
}

// Rates: the highest of the rounds, because noise only ever takes away. Times: the lowest.
struct Figures {
  std::map<std::string, double> best;

  void rate(const std::string& name, double value) {
    auto [found, added] = best.emplace(name, value);
    if (!added && value > found->second) found->second = value;
  }
  void time(const std::string& name, double value) {
    auto [found, added] = best.emplace(name, value);
    if (!added && value < found->second) found->second = value;
  }
};

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A file name in `folder` that nothing has, removed with what belongs to it at the end.
class BenchFile {
 public:
  explicit BenchFile(const std::filesystem::path& folder) : path_(folder / "bench.db") { remove(); }
  ~BenchFile() { remove(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  void remove() {
    for (const char* end : {"", "-wal", "-shm", "-owners"}) {
      std::filesystem::path file = path_;
      std::filesystem::remove(file += end);
    }
  }
  std::filesystem::path path_;
};

void measure_disk(const std::filesystem::path& folder, Figures& figures);
void measure_raw(const std::filesystem::path& folder, Figures& figures);
void measure_publishing(const std::filesystem::path& folder, Figures& figures);
void measure_jetstream(const std::string& port, int round, Figures& figures);
void measure_async(const std::filesystem::path& folder, Figures& figures);
void measure_consuming(const std::filesystem::path& folder, Figures& figures);
void measure_way(const std::filesystem::path& folder, Figures& figures);
void measure_many_consumers(const std::filesystem::path& folder, Figures& figures);
void measure_backlog(const std::filesystem::path& folder, std::int64_t events, Figures& figures);

}  // namespace bench
