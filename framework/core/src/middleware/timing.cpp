#include <algorithm>
#include <array>
#include <ashlar/middleware/timing.hpp>
#include <bit>
#include <numeric>

namespace ashlar {

struct Timing::Record {
  std::atomic<std::uint64_t> failures{0};
  std::atomic<std::int64_t> total_ns{0};
  std::atomic<std::int64_t> slowest_ns{0};
  std::array<std::atomic<std::uint64_t>, buckets> histogram{};
};

std::chrono::nanoseconds Timing::bound(std::size_t bucket) {
  return bucket + 1 >= buckets ? std::chrono::nanoseconds::max()
                               : std::chrono::nanoseconds(std::chrono::microseconds(std::int64_t{1} << bucket));
}

std::chrono::nanoseconds HandlerTimes::at_most(double part) const {
  const double wanted = part * static_cast<double>(calls);
  double below = 0;
  for (std::size_t bucket = 0; bucket < histogram.size(); ++bucket) {
    below += static_cast<double>(histogram[bucket]);
    if (histogram[bucket] != 0 && below >= wanted) return std::min(Timing::bound(bucket), slowest);
  }
  return slowest;
}

bool Timing::wraps(const HandlerInfo& handler) {
  std::lock_guard lock(mutex_);
  auto& record = records_[{std::string(handler.module), std::string(handler.name)}];
  if (!record) record = std::make_shared<Record>();
  if (by_number_.size() <= handler.number) by_number_.resize(handler.number + 1);
  by_number_[handler.number] = record.get();
  return true;
}

void Timing::around(const HandlerCall& call, const Next& next) {
  Record& record = *by_number_[call.handler().number];
  const Clock::Steady before = call.clock().steady_now();
  const auto note = [&] {
    const std::int64_t took = std::chrono::nanoseconds(call.clock().steady_now() - before).count();
    const auto whole_microseconds = static_cast<std::uint64_t>(took < 0 ? 0 : took / 1'000);
    const auto bucket = static_cast<std::size_t>(std::bit_width(whole_microseconds));
    record.histogram[std::min(bucket, buckets - 1)].fetch_add(1, std::memory_order_relaxed);
    record.total_ns.fetch_add(took, std::memory_order_relaxed);
    std::int64_t slowest = record.slowest_ns.load(std::memory_order_relaxed);
    while (took > slowest && !record.slowest_ns.compare_exchange_weak(slowest, took, std::memory_order_relaxed)) {}
  };
  try {
    next();
  } catch (...) {
    record.failures.fetch_add(1, std::memory_order_relaxed);
    note();
    throw;
  }
  note();
}

std::vector<HandlerTimes> Timing::handlers() const {
  std::vector<HandlerTimes> all;
  std::lock_guard lock(mutex_);
  for (const auto& [name, record] : records_) {
    HandlerTimes times{.module = name.first,
                       .handler = name.second,
                       .failures = record->failures.load(std::memory_order_relaxed),
                       .total = std::chrono::nanoseconds(record->total_ns.load(std::memory_order_relaxed)),
                       .slowest = std::chrono::nanoseconds(record->slowest_ns.load(std::memory_order_relaxed))};
    for (const auto& count : record->histogram) times.histogram.push_back(count.load(std::memory_order_relaxed));
    times.calls = std::accumulate(times.histogram.begin(), times.histogram.end(), std::uint64_t{0});
    all.push_back(std::move(times));
  }
  return all;
}

}  // namespace ashlar
