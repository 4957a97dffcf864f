#pragma once

#include <ashlar/event_log.hpp>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

namespace ashlar::detail {

// A host's way to its durable log, which is opened when something needs it: at the start, where it is known then, otherwise by
// the first event that is to be stored. Any thread.
class LogDoor {
 public:
  // `log` may be null: the host has none. `plan` is asked for at each opening.
  LogDoor(std::shared_ptr<EventLog> log, std::function<LogPlan()> plan)
      : log_(std::move(log)), make_plan_(std::move(plan)) {}

  bool exists() const { return log_ != nullptr; }
  bool is_open() const { return open_.load(std::memory_order_acquire); }

  // From now on it may be opened; until close().
  void allow();
  void open();

  // The log, opened. Throws Error where there is none or it cannot be opened now.
  EventLog& opened();

  // Consumers receive, also where it is opened later.
  void begin();
  bool end(Clock::Steady deadline);
  void close();

  bool settle(std::chrono::milliseconds limit);
  std::string trouble() const;

 private:
  void open_now();

  const std::shared_ptr<EventLog> log_;
  const std::function<LogPlan()> make_plan_;
  std::mutex mutex_;  // guards the changes of the rest
  std::atomic<bool> open_{false};
  bool allowed_ = false;
  bool begun_ = false;
};

}  // namespace ashlar::detail
