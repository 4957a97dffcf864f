#include "host/core.hpp"
#include "host/deadline.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ashlar::detail {

StopReport HostCore::stop() {
  if (dispatch.inside()) {
    throw Error("stop() inside a handler would wait for itself: call request_stop() there, and stop() after wait()");
  }
  {
    std::lock_guard lock(mutex_);
    if (phase_ != Phase::running) return {};
    phase_ = Phase::stopping;
  }
  const StopReport report = take_down();
  log_failures(report);
  log.info("host stopped", {{"clean", report.clean()}});
  std::lock_guard lock(mutex_);
  request_followed_ = stop_requested_;
  return report;
}

void HostCore::log_failures(const StopReport& report) const {
  for (const std::string& failure : report.failures) log.error("stopping failed", {{"error", failure}});
  for (const std::string& straggler : report.stragglers)
    log.error("still running at the deadline", {{"who", straggler}});
}

// Nobody who hangs may use up the time of those who come after: each wait gets half of what is left, and who was late is
// waited for again at the end.
Clock::Steady HostCore::half_way_to(Clock::Steady deadline) const {
  const Clock::Steady now = clock.steady_now();
  return deadline <= now ? deadline : now + (deadline - now) / 2;
}

StopReport HostCore::take_down() {
  StopReport report;
  ended_ = false;
  const Clock::Steady deadline = deadline_in(clock, options.stop_deadline);
  for (auto at = started_.rbegin(); at != started_.rend(); ++at) set_state(*records_[*at], ModuleState::stopping);
  for (auto at = started_.rbegin(); at != started_.rend(); ++at) announce_stop(*records_[*at], report);
  const Clock::Steady log_deadline = half_way_to(deadline);
  log_shutdown_.end(log_deadline, log_deadline + (deadline - log_deadline) / 2);
  drained_ = dispatch.close(half_way_to(deadline));
  for (std::string& given_up : dispatch.take_given_up()) report.failures.push_back(std::move(given_up));
  checks.clear(half_way_to(deadline));
  for (auto at = started_.rbegin(); at != started_.rend(); ++at) {
    stop_module(*records_[*at], half_way_to(deadline), report);
  }
  started_.clear();
  await_stragglers(deadline, report);
  for (const Stopping& late : stopping_) set_state(*late.record, ModuleState::failed, "its stop() has not ended");
  {
    std::lock_guard lock(watch_mutex_);
    watch_ends_ = true;
  }
  watch_changed_.notify_all();
  if (watch_.joinable()) watch_.join();
  std::lock_guard lock(mutex_);
  phase_ = Phase::assembled;
  return report;
}

void HostCore::announce_stop(ModuleRecord& record, StopReport& report) {
  try {
    record.module->stopping();
  } catch (...) {
    report.failures.push_back(
        fmt::format("module '{}' failed in stopping(): {}", record.name, current_exception_message()));
  }
}

void HostCore::stop_module(ModuleRecord& record, Clock::Steady deadline, StopReport& report) {
  auto task = std::make_unique<BoundedTask>([&module = *record.module] { module.stop(); });
  if (task->wait(clock, deadline)) {
    note_stopped(record, *task, report);
  } else {
    stopping_.push_back({&record, std::move(task)});
  }
}

void HostCore::note_stopped(ModuleRecord& record, BoundedTask& task, StopReport& report) {
  try {
    task.rethrow();
    set_state(record, ModuleState::stopped);
  } catch (...) {
    const std::string message = current_exception_message();
    report.failures.push_back(fmt::format("module '{}' failed to stop: {}", record.name, message));
    set_state(record, ModuleState::failed, message);
  }
}

// Waits for whatever of the run has not ended yet, and names what still runs at `deadline`.
void HostCore::await_stragglers(Clock::Steady deadline, StopReport& report) {
  const bool log_ended = log_shutdown_.end(deadline, deadline);
  drained_ = drained_ || dispatch.close(deadline);
  if (!drained_) report.stragglers = dispatch.running();
  if (!log_ended && report.stragglers.empty()) report.stragglers.push_back("the durable log, which has not ended");
  for (std::string& check : checks.late(deadline)) report.stragglers.push_back(std::move(check));
  for (auto at = stopping_.begin(); at != stopping_.end();) {
    if (at->task->wait(clock, deadline)) {
      note_stopped(*at->record, *at->task, report);
      at = stopping_.erase(at);
    } else {
      report.stragglers.push_back(fmt::format("module '{}' in stop()", at->record->name));
      ++at;
    }
  }
  if (ended_ || !drained_ || !report.stragglers.empty()) return;
  const bool closed = log_shutdown_.close(deadline);
  for (std::string& failure : log_shutdown_.take_failures()) report.failures.push_back(std::move(failure));
  if (!closed) {
    report.stragglers.push_back("the durable log, which has not closed");
    return;
  }
  ended_ = true;
  routes_->clear();
  for (auto& [name, service] : services_) service.object = nullptr;
}

void HostCore::end_last_run() {
  if (ended_) return;
  StopReport report;
  await_stragglers(clock.steady_now(), report);
  for (const std::string& failure : report.failures) log.error("stopping failed", {{"error", failure}});
  if (!ended_) {
    throw Error(fmt::format("the host cannot start again before what hangs from the last run has ended: {}",
                            fmt::join(report.stragglers, ", ")));
  }
}

}  // namespace ashlar::detail
