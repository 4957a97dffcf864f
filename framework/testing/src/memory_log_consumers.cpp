#include <algorithm>
#include <ashlar/event_pattern.hpp>

#include "memory_log_state.hpp"

namespace ashlar::testing {

using namespace store;

Owner MemoryLog::begin_owner() {
  std::lock_guard lock(state_->mutex);
  state_->owners.insert(++state_->last_owner);
  return state_->last_owner;
}

void MemoryLog::end_owner(Owner owner) {
  {
    std::lock_guard lock(state_->mutex);
    if (state_->owners.erase(owner) == 0) return;
    for (auto& [name, consumer] : state_->consumers) {
      std::vector<std::int64_t> held;
      for (const auto& [sequence, pending] : consumer.pending) {
        if (pending.owner == owner) held.push_back(sequence);
      }
      for (const std::int64_t sequence : held) State::give_back_locked(consumer, sequence);
    }
  }
  state_->wake();
}

void MemoryLog::owner_died(Owner owner) {
  {
    std::lock_guard lock(state_->mutex);
    state_->owners.erase(owner);
  }
  state_->wake();
}

MemoryLog::State::Consumer& MemoryLog::State::consumer_locked(std::string_view name) {
  const auto found = consumers.find(name);
  if (found != consumers.end()) return found->second;
  throw Error("the log knows no consumer '" + std::string(name) + "': open_consumer() makes it known");
}

void MemoryLog::open_consumer(const ConsumerSettings& settings, Time) {
  {
    std::lock_guard lock(state_->mutex);
    state_->check_work_queue_locked(state_->retention, &settings);
    auto& consumers = state_->consumers;
    auto found = consumers.find(settings.name);
    for (const std::string& former : settings.renamed_from) {
      if (found != consumers.end()) break;
      auto moved = consumers.extract(former);
      if (moved.empty()) continue;
      moved.key() = settings.name;
      found = consumers.insert(std::move(moved)).position;
      for (auto& [number, letter] : state_->letters) {
        if (letter.letter.consumer == former) letter.letter.consumer = settings.name;
      }
    }
    if (found == consumers.end()) {
      found = consumers.emplace(settings.name, State::Consumer{}).first;
      State::Consumer& consumer = found->second;
      switch (settings.start.at) {
        case StreamStart::At::first: break;
        case StreamStart::At::now: consumer.floor = state_->last; break;
        case StreamStart::At::sequence: consumer.floor = std::max<std::int64_t>(settings.start.sequence - 1, 0); break;
        case StreamStart::At::time: {
          const auto first = std::find_if(state_->events.begin(), state_->events.end(), [&](const auto& stored) {
            return stored.second.metadata.time >= settings.start.time;
          });
          consumer.floor = first == state_->events.end() ? state_->last : first->first - 1;
          break;
        }
      }
    }
    found->second.settings = settings;
  }
  state_->wake();
}

void MemoryLog::remove_consumer(std::string_view name) {
  std::lock_guard lock(state_->mutex);
  if (const auto found = state_->consumers.find(name); found != state_->consumers.end()) {
    state_->consumers.erase(found);
  }
}

// Stored, matching and not settled: to be delivered for the first time, or pending.
bool MemoryLog::State::is_open_locked(const Consumer& consumer, const StoredEvent& event) const {
  return event.sequence > consumer.floor && !consumer.settled.contains(event.sequence) &&
         matches_locked(consumer.settings.events, event);
}

std::int64_t MemoryLog::State::position_locked(const Consumer& consumer) const {
  for (auto at = events.upper_bound(consumer.floor); at != events.end(); ++at) {
    if (is_open_locked(consumer, at->second)) return at->first - 1;
  }
  return std::max(consumer.floor, last);
}

std::vector<ConsumerStatus> MemoryLog::consumers() {
  std::lock_guard lock(state_->mutex);
  std::vector<ConsumerStatus> all;
  for (const auto& [name, consumer] : state_->consumers) {
    ConsumerStatus status{.name = name,
                          .events = consumer.settings.events,
                          .position = state_->position_locked(consumer),
                          .lost = consumer.lost,
                          .paused = consumer.paused};
    for (const auto& [sequence, pending] : consumer.pending) ++(pending.owner ? status.in_flight : status.waiting);
    status.lag = status.in_flight + status.waiting;
    for (auto at = state_->events.upper_bound(consumer.floor); at != state_->events.end(); ++at) {
      if (state_->is_open_locked(consumer, at->second) && !consumer.pending.contains(at->first)) ++status.lag;
    }
    for (const auto& [number, letter] : state_->letters) {
      if (letter.letter.consumer == name) ++status.dead;
    }
    all.push_back(std::move(status));
  }
  return all;
}

void MemoryLog::pause(std::string_view consumer) {
  std::lock_guard lock(state_->mutex);
  state_->consumer_locked(consumer).paused = true;
}

void MemoryLog::resume(std::string_view consumer) {
  {
    std::lock_guard lock(state_->mutex);
    state_->consumer_locked(consumer).paused = false;
  }
  state_->wake();
}

std::int64_t MemoryLog::replay(std::string_view name, std::int64_t from, std::int64_t to, Time now,
                               const Noting& noting) {
  std::vector<std::int64_t> replayed;
  {
    std::lock_guard lock(state_->mutex);
    State::Consumer& consumer = state_->consumer_locked(name);
    for (auto at = state_->events.lower_bound(from); at != state_->events.end() && at->first <= to; ++at) {
      const StoredEvent& event = at->second;
      if (!state_->matches_locked(consumer.settings.events, event) || state_->is_open_locked(consumer, event)) continue;
      const State::Pending again{.due = now, .replay = true, .asked_for = true};
      if (consumer.pending.try_emplace(at->first, again).second) replayed.push_back(at->first);
    }
    state_->note_locked(noting, replayed);
  }
  if (!replayed.empty()) state_->wake();
  return static_cast<std::int64_t>(replayed.size());
}

void MemoryLog::State::rewind_locked(Consumer& consumer, std::int64_t sequence) {
  const std::int64_t position = position_locked(consumer);
  consumer.floor = std::min(position, std::max<std::int64_t>(sequence - 1, 0));
  consumer.replay_until = std::max(consumer.replay_until, position);
  consumer.settled.clear();
  std::erase_if(consumer.pending, [&](const auto& pending) {
    return !pending.second.own_event || (pending.first > consumer.floor && events.contains(pending.first));
  });
  for (auto& [at, pending] : consumer.pending) {
    pending = {.replay = pending.replay, .asked_for = true, .own_event = std::move(pending.own_event)};
  }
}

void MemoryLog::rewind(std::string_view name, std::int64_t sequence, UnitOfWork* unit) {
  {
    std::lock_guard lock(state_->mutex);
    State::Consumer& consumer = state_->consumer_locked(name);
    if (unit != nullptr) {
      state_->join_locked(*unit).actions.push_back([name = std::string(name), sequence](State& state) {
        const auto found = state.consumers.find(name);
        if (found != state.consumers.end()) state.rewind_locked(found->second, sequence);
      });
      return;
    }
    state_->rewind_locked(consumer, sequence);
  }
  state_->wake();
}

}  // namespace ashlar::testing
