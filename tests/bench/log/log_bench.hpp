#pragma once

#include <ashlar/event.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

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

// What is printed: by name. Of several rounds the highest rate and the lowest time, because noise only ever takes away.
struct Figures {
  std::map<std::string, double> all;

  void set(const std::string& name, double value) { all[name] = value; }
  void rate(const std::string& name, double value) {
    auto [found, added] = all.emplace(name, value);
    if (!added && value > found->second) found->second = value;
  }
  void time(const std::string& name, double value) {
    auto [found, added] = all.emplace(name, value);
    if (!added && value < found->second) found->second = value;
  }
};

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A short stretch of work.
class Slice {
 public:
  bool is_over() const { return watch_.seconds() >= 0.3; }

 private:
  Stopwatch watch_;
};

// One of those that are measured in turns, since a disk is now fast and now slow.
struct Contender {
  std::string figure;
  std::function<std::int64_t()> work;  // a slice, or as much; how many events
  std::function<void()> prepare = {};  // before each slice, not measured
};

// Each works its slice, `turns` times. Sets the median rate of each, and `a/b`, the median of their ratios in each turn.
void take_turns(Figures& figures, const std::vector<Contender>& contenders, int turns = 12);

// A file name in `folder` that nothing has, removed with what belongs to it at the end.
class BenchFile {
 public:
  explicit BenchFile(const std::filesystem::path& folder);
  ~BenchFile();
  BenchFile(const BenchFile&) = delete;
  BenchFile& operator=(const BenchFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  void remove();
  std::filesystem::path path_;
};

using Folder = std::filesystem::path;

// The disk by itself: writes of 4 KiB, each waited for.
Contender disk(const Folder& folder);

// SQLite by itself, the same rows, `rows` to a commit.
enum class Ids { none, unique };
Contender raw_sqlite(const Folder& folder, std::string figure, const char* synchronous, Ids ids, int rows);

enum class Survives { power_cut, process };
Contender publishing(const Folder& folder, std::string figure, Survives survives, int idle_consumers = 0);
Contender publishing_from_64_threads(const Folder& folder, std::string figure);
Contender publishing_async(const Folder& folder, std::string figure);

// Acknowledges before its disk has the event.
Contender jetstream_one(const std::string& port, std::string figure);
Contender jetstream_async(const std::string& port, std::string figure);

void measure_jetstream_pull(const std::string& port, int round, Figures& figures);
void measure_consuming(const Folder& folder, Figures& figures);
void measure_way(const Folder& folder, Figures& figures);
void measure_backlog(const Folder& folder, std::int64_t events, Figures& figures);

}  // namespace bench
