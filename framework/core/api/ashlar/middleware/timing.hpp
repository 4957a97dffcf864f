#pragma once

#include <ashlar/middleware.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace ashlar {

// How long the calls of one handler took.
struct HandlerTimes {
  std::string module;
  std::string handler;
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  std::chrono::nanoseconds total{0};
  std::chrono::nanoseconds slowest{0};

  // How many calls took less than Timing::bound(i), and not less than the bound before it.
  std::vector<std::uint64_t> histogram;

  // The bound below which this part of the calls stayed: at_most(0.99) is the 99th percentile, rounded up to a bound.
  std::chrono::nanoseconds at_most(double part) const;
};

// Times every call of every handler into a histogram of its own, at the price of two readings of the clock. Keep the pointer
// that HostOptions::middleware gets, and ask it.
class Timing final : public Middleware {
 public:
  // 1 µs, 2 µs, 4 µs, …, 67 s; the last one holds whatever took longer.
  static constexpr std::size_t buckets = 28;
  static std::chrono::nanoseconds bound(std::size_t bucket);

  bool wraps(const HandlerInfo& handler) override;
  void around(const HandlerCall& call, const Next& next) override;

  // In order of module and name; counted since the middleware was made. Any thread.
  std::vector<HandlerTimes> handlers() const;

 private:
  struct Record;

  std::map<std::pair<std::string, std::string>, std::shared_ptr<Record>> records_;
  std::vector<Record*> by_number_;  // written while the host starts
  mutable std::mutex mutex_;        // guards records_
};

}  // namespace ashlar
