#pragma once

#include "host/bounded_task.hpp"

#include <ashlar/health.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::detail {

// The checks of all modules. Each runs on a thread of its own, so that one that hangs delays nobody; it is not started
// again before it has ended. Any thread.
class HealthChecks {
 public:
  explicit HealthChecks(Clock& clock) : clock_(clock) {}

  void add(std::string name, HealthCheck check);

  // In the order in which they were added; whoever has not answered after `limit` is unhealthy.
  std::vector<HealthCheckResult> run(std::chrono::milliseconds limit);

  // Forgets the checks of one module, or all of them. Waits until `deadline` for those that run; late ones are kept.
  void clear(Clock::Steady deadline, std::string_view module = {});

  // The names of those that clear() waited for in vain and that still run at `deadline`.
  std::vector<std::string> late(Clock::Steady deadline);

 private:
  struct Run {
    std::string problem;
    Clock::Steady started;
    Clock::Steady ended;
    std::unique_ptr<BoundedTask> task;
  };
  struct Entry {
    std::string name;
    HealthCheck check;
    std::shared_ptr<Run> latest;
  };

  std::shared_ptr<Run> begin(Entry& entry);

  Clock& clock_;
  std::mutex mutex_;
  std::vector<Entry> entries_;
  std::vector<Entry> late_;
};

}  // namespace ashlar::detail
