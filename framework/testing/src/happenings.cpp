#include "happenings.hpp"

namespace ashlar::testing {

void Happenings::add(const HandlerFailure& failure) {
  const std::lock_guard lock(mutex_);
  failures_.push_back(failure);
}

void Happenings::add(const ModuleStateChange& change) {
  {
    const std::lock_guard lock(mutex_);
    states_.insert_or_assign(change.module, change);
  }
  changed_.notify_all();
}

std::vector<HandlerFailure> Happenings::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

bool Happenings::wait_for(std::string_view module, ModuleState state, std::chrono::milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] {
    const auto found = states_.find(module);
    return (found == states_.end() ? ModuleState::created : found->second.to) == state;
  });
}

std::string Happenings::failures_text(std::size_t since) const {
  const std::lock_guard lock(mutex_);
  if (failures_.size() <= since) return "no handler failed";
  std::string text = "failed handlers:";
  for (std::size_t i = since; i < failures_.size(); ++i) {
    const HandlerFailure& failure = failures_[i];
    text +=
        "\n  " + (failure.module.empty() ? std::string("a live subscription") : failure.module + "/" + failure.handler);
    text += " on " + failure.event + " (id " + failure.event_id + "): " + failure.message;
  }
  return text;
}

std::string Happenings::not_running_text() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [module, change] : states_) {
    if (change.to == ModuleState::running) continue;
    text += "\n  " + module + " is " + std::string(to_string(change.to));
    if (!change.reason.empty()) text += ": " + change.reason;
  }
  return text.empty() ? "every module is running" : "modules that are not running:" + text;
}

}  // namespace ashlar::testing
