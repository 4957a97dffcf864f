#pragma once

#include "dispatch/log_door.hpp"
#include "host/bounded_task.hpp"

#include <ashlar/errors.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ashlar::detail {

// Ends and closes the durable log of one run, which may hang or throw. What hangs goes on, and is waited for by the next call.
class LogShutdown {
 public:
  LogShutdown(Clock& clock, LogDoor& door) : clock_(clock), door_(door) {}

  // For a new run.
  void reset() { ended_ = closed_ = false; }

  // True when it has ended. `deadline` is the log's, `patience` the end of waiting for it.
  bool end(Clock::Steady deadline, Clock::Steady patience) {
    if (!ended_) ended_ = run([this, deadline] { return door_.end(deadline); }, patience);
    return ended_;
  }

  bool close(Clock::Steady patience) {
    const auto close = [this] {
      door_.close();
      return true;
    };
    if (!closed_) closed_ = run(close, patience);
    return closed_;
  }

  // What it threw.
  std::vector<std::string> take_failures() { return std::exchange(failures_, {}); }

 private:
  bool run(std::function<bool()> work, Clock::Steady patience) {
    if (!task_) {
      result_ = false;
      task_ = std::make_unique<BoundedTask>([this, work = std::move(work)] { result_ = work(); });
    }
    if (!task_->wait(clock_, patience)) return false;
    const std::unique_ptr<BoundedTask> task = std::move(task_);
    try {
      task->rethrow();
    } catch (...) {
      failures_.push_back("the durable log: " + current_exception_message());
      return true;
    }
    return result_;
  }

  Clock& clock_;
  LogDoor& door_;
  bool ended_ = true;
  bool closed_ = true;
  bool result_ = false;  // of task_, by its thread while that runs
  std::vector<std::string> failures_;
  std::unique_ptr<BoundedTask> task_;
};

}  // namespace ashlar::detail
