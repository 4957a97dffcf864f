#include <algorithm>

#include "memory_log_state.hpp"

namespace ashlar::testing {

using namespace store;

std::int64_t MemoryLog::schedule(const StoredEvent& event, Time due, UnitOfWork* unit) {
  std::lock_guard lock(state_->mutex);
  if (unit == nullptr) {
    state_->scheduled[{due, ++state_->last_scheduled}] = event;
    return state_->last_scheduled;
  }
  State::Joined& joined = state_->join_locked(*unit);
  joined.actions.push_back([=](State& state) { state.scheduled[{due, ++state.last_scheduled}] = event; });
  return state_->last_scheduled + ++joined.scheduled;
}

bool MemoryLog::cancel(std::int64_t number) {
  std::lock_guard lock(state_->mutex);
  return std::erase_if(state_->scheduled, [number](const auto& one) { return one.first.second == number; }) > 0;
}

std::vector<ScheduledEvent> MemoryLog::scheduled(std::size_t limit) {
  std::lock_guard lock(state_->mutex);
  std::vector<ScheduledEvent> all;
  for (const auto& [at, event] : state_->scheduled) {
    if (all.size() == limit) break;
    all.push_back({.number = at.second, .due = at.first, .event = state_->as_read_locked(event)});
    all.back().event.sequence = 0;
  }
  return all;
}

std::vector<ScheduledEvent> MemoryLog::release_due(Time now, std::size_t limit) {
  std::vector<ScheduledEvent> released;
  {
    std::lock_guard lock(state_->mutex);
    std::vector<StoredEvent> due;
    for (const auto& [at, event] : state_->scheduled) {
      if (due.size() == limit || at.first > now) break;
      due.push_back(event);
    }
    state_->check_room_locked(due);
    for (StoredEvent& event : due) {
      const auto first = state_->scheduled.begin();
      released.push_back({.number = first->first.second, .due = first->first.first, .event = event});
      released.back().event.sequence = state_->add_locked(event).sequence;
      released.back().event = state_->as_read_locked(released.back().event);
      state_->scheduled.erase(first);
    }
  }
  if (!released.empty()) state_->wake();
  return released;
}

std::optional<Time> MemoryLog::next_due() {
  std::lock_guard lock(state_->mutex);
  if (state_->scheduled.empty()) return std::nullopt;
  return state_->scheduled.begin()->first.first;
}

bool MemoryLog::first_seen(std::string_view inbox, std::string_view id, Time now, std::chrono::milliseconds keep,
                           UnitOfWork* unit) {
  std::lock_guard lock(state_->mutex);
  const std::pair key{std::string(inbox), std::string(id)};
  const auto found = state_->inbox.find(key);
  if (found != state_->inbox.end() && found->second > now) return false;
  if (unit == nullptr) {
    state_->inbox[key] = now + keep;
    return true;
  }
  State::Joined& joined = state_->join_locked(*unit);
  if (!joined.seen.insert(key).second) return false;
  joined.actions.push_back([key, until = now + keep](State& state) { state.inbox[key] = until; });
  return true;
}

}  // namespace ashlar::testing
