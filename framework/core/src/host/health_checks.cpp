#include "host/health_checks.hpp"

#include "host/deadline.hpp"

#include <ashlar/errors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace ashlar {

std::string_view to_string(ModuleState state) {
  switch (state) {
    case ModuleState::created: return "created";
    case ModuleState::starting: return "starting";
    case ModuleState::running: return "running";
    case ModuleState::degraded: return "degraded";
    case ModuleState::stopping: return "stopping";
    case ModuleState::stopped: return "stopped";
    case ModuleState::failed: return "failed";
  }
  return "unknown";
}

}  // namespace ashlar

namespace ashlar::detail {

void HealthChecks::add(std::string name, HealthCheck check) {
  std::lock_guard lock(mutex_);
  entries_.push_back({std::move(name), std::move(check), nullptr});
}

std::shared_ptr<HealthChecks::Run> HealthChecks::begin(Entry& entry) {
  if (entry.latest && !entry.latest->task->done()) return entry.latest;
  auto run = std::make_shared<Run>();
  run->started = clock_.steady_now();
  run->task = std::make_unique<BoundedTask>([&clock = clock_, check = entry.check, raw = run.get()] {
    try {
      raw->problem = check();
    } catch (...) {
      raw->problem = current_exception_message();
      if (raw->problem.empty()) raw->problem = "it threw an exception that says nothing";
    }
    raw->ended = clock.steady_now();
  });
  entry.latest = run;
  return run;
}

std::vector<HealthCheckResult> HealthChecks::run(std::chrono::milliseconds limit) {
  std::vector<std::pair<std::string, std::shared_ptr<Run>>> runs;
  {
    std::lock_guard lock(mutex_);
    for (Entry& entry : entries_) runs.emplace_back(entry.name, begin(entry));
  }
  std::vector<HealthCheckResult> results;
  for (const auto& [name, run] : runs) {
    HealthCheckResult result{.name = name};
    if (run->task->wait(clock_, later(run->started, limit))) {
      result.detail = run->problem;
      result.healthy = result.detail.empty();
      result.took = std::chrono::duration_cast<std::chrono::milliseconds>(run->ended - run->started);
    } else {
      result.healthy = false;
      result.detail = fmt::format("no answer within {} ms", limit.count());
      result.took = limit;
    }
    results.push_back(std::move(result));
  }
  return results;
}

void HealthChecks::clear(Clock::Steady deadline, std::string_view module) {
  const auto stays = [&](const Entry& entry) {
    return !module.empty() && std::string_view(entry.name).substr(0, entry.name.find('/')) != module;
  };
  std::vector<Entry> cleared;
  {
    std::lock_guard lock(mutex_);
    const auto first = std::stable_partition(entries_.begin(), entries_.end(), stays);
    cleared.assign(std::make_move_iterator(first), std::make_move_iterator(entries_.end()));
    entries_.erase(first, entries_.end());
  }
  for (Entry& entry : cleared) {
    if (!entry.latest || entry.latest->task->wait(clock_, deadline)) continue;
    std::lock_guard lock(mutex_);
    late_.push_back(std::move(entry));
  }
}

std::vector<std::string> HealthChecks::late(Clock::Steady deadline) {
  std::vector<Entry> late;
  {
    std::lock_guard lock(mutex_);
    late.swap(late_);
  }
  std::vector<std::string> names;
  for (Entry& entry : late) {
    if (entry.latest->task->wait(clock_, deadline)) continue;
    names.push_back(fmt::format("health check '{}'", entry.name));
    std::lock_guard lock(mutex_);
    late_.push_back(std::move(entry));
  }
  return names;
}

}  // namespace ashlar::detail
