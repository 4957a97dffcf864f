#include "dispatch/log_door.hpp"

#include <ashlar/errors.hpp>

namespace ashlar::detail {

void LogDoor::allow() {
  const std::lock_guard lock(mutex_);
  allowed_ = true;
}

void LogDoor::open() {
  const std::lock_guard lock(mutex_);
  if (!is_open()) open_now();
}

void LogDoor::open_now() {
  log_->open(make_plan_());
  open_.store(true, std::memory_order_release);
  if (begun_) log_->begin();
}

EventLog& LogDoor::opened() {
  if (!is_open()) {
    if (log_ == nullptr) {
      throw Error("this host has no durable log to store events in: give it one with HostOptions::event_log");
    }
    const std::lock_guard lock(mutex_);
    if (!allowed_)
      throw Error("the durable log is closed: it takes events from the start of a host until it has stopped");
    if (!is_open()) open_now();
  }
  return *log_;
}

void LogDoor::begin() {
  const std::lock_guard lock(mutex_);
  begun_ = true;
  if (is_open()) log_->begin();
}

// Whoever opens it from now on only appends.
bool LogDoor::end(Clock::Steady deadline) {
  {
    const std::lock_guard lock(mutex_);
    begun_ = false;
    if (!is_open()) return true;
  }
  return log_->end(deadline);
}

void LogDoor::close() {
  const std::lock_guard lock(mutex_);
  allowed_ = false;
  if (!is_open()) return;
  open_.store(false, std::memory_order_release);
  log_->close();
}

bool LogDoor::settle(std::chrono::milliseconds limit) { return !is_open() || log_->settle(limit); }

std::string LogDoor::trouble() const { return is_open() ? log_->trouble() : std::string(); }

}  // namespace ashlar::detail
