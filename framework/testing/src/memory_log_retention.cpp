#include <algorithm>
#include <ashlar/event_pattern.hpp>

#include "memory_log_state.hpp"

namespace ashlar::testing {

using namespace store;

void MemoryLog::State::check_work_queue_locked(const Retention& wanted, const ConsumerSettings* another) const {
  if (wanted.policy != RetentionPolicy::work_queue) return;
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& [name, consumer] : consumers) all[name] = consumer.settings.events;
  if (another != nullptr) {
    for (const std::string& former : another->renamed_from) all.erase(former);
    all[another->name] = another->events;
  }
  for (auto one = all.begin(); one != all.end(); ++one) {
    for (auto other = std::next(one); other != all.end(); ++other) {
      for (const std::string& a : one->second) {
        for (const std::string& b : other->second) {
          if (!overlap(a, b)) continue;
          throw Error("the log is a work queue, where each event has one consumer, but '" + one->first + "' wants " +
                      a + " and '" + other->first + "' wants " + b +
                      ": give them different events, or remove one of them");
        }
      }
    }
  }
}

void MemoryLog::set_retention(const Retention& retention) {
  std::lock_guard lock(state_->mutex);
  state_->check_work_queue_locked(retention, nullptr);
  state_->retention = retention;
}

bool MemoryLog::State::is_wanted_locked(const StoredEvent& event) const {
  return std::any_of(consumers.begin(), consumers.end(), [&](const auto& consumer) {
    return is_open_locked(consumer.second, event) || consumer.second.pending.contains(event.sequence);
  });
}

void MemoryLog::State::remove_locked(std::int64_t sequence) {
  const StoredEvent event = events.at(sequence);
  for (auto& [name, consumer] : consumers) {
    const auto pending = consumer.pending.find(sequence);
    if (pending != consumer.pending.end() && pending->second.own_event) continue;
    if (is_open_locked(consumer, event)) ++consumer.lost;
    if (pending != consumer.pending.end()) consumer.pending.erase(pending);
  }
  bytes -= bytes_of(event);
  ids.erase(event.metadata.id);
  events.erase(sequence);
}

std::size_t MemoryLog::retain(Time now, std::size_t limit) {
  std::lock_guard lock(state_->mutex);
  const Retention& retention = state_->retention;
  std::size_t removed = 0;
  if (retention.policy == RetentionPolicy::limits) {
    const bool discards = retention.when_over == WhenOver::discard_old;
    while (removed < limit && !state_->events.empty()) {
      const auto& [sequence, oldest] = *state_->events.begin();
      const bool is_old = retention.max_age && now - oldest.metadata.time > *retention.max_age;
      const bool are_many =
          discards && retention.max_count && static_cast<std::int64_t>(state_->events.size()) > *retention.max_count;
      const bool are_big = discards && retention.max_bytes && state_->bytes > *retention.max_bytes;
      if (!is_old && !are_many && !are_big) break;
      state_->remove_locked(sequence);
      ++removed;
    }
    return removed;
  }
  std::vector<std::int64_t> may_go;
  for (const auto& [sequence, event] : state_->events) {
    if (may_go.size() == limit) break;
    if (!state_->is_wanted_locked(event)) may_go.push_back(sequence);
  }
  for (const std::int64_t sequence : may_go) state_->remove_locked(sequence);
  return may_go.size();
}

}  // namespace ashlar::testing
