#include <algorithm>
#include <ashlar/event_pattern.hpp>
#include <exception>

#include "memory_log_state.hpp"

namespace ashlar::testing {

using namespace store;

void MemoryUnit::commit() {
  for (const auto& action : std::exchange(after_, {})) action();
}

void MemoryUnit::after_commit(std::function<void()> action) { after_.push_back(std::move(action)); }

MemoryLog::MemoryLog() : state_(std::make_shared<State>()) {}

MemoryLog::~MemoryLog() = default;

MemoryLog::State::~State() {
  {
    std::lock_guard lock(mutex);
    stopping = true;
    changed.notify_all();
  }
  if (appender.joinable()) appender.join();
}

// What the unit gathers lives in the unit's own action: it is gone when the unit was rolled back.
MemoryLog::State::Joined& MemoryLog::State::join_locked(UnitOfWork& unit) {
  std::erase_if(units, [](const auto& joined) { return joined.second.expired(); });
  if (const auto found = units.find(&unit); found != units.end()) return *found->second.lock();
  auto joined = std::make_shared<Joined>();
  units[&unit] = joined;
  unit.after_commit([joined, log = weak_from_this(), key = &unit] {
    const auto state = log.lock();
    if (state == nullptr) return;
    {
      std::lock_guard lock(state->mutex);
      state->units.erase(key);
      for (const auto& action : joined->actions) action(*state);
    }
    state->wake();
  });
  return *joined;
}

void MemoryLog::State::wake() {
  std::lock_guard lock(wake_mutex);
  if (on_change) on_change({});
}

void MemoryLog::on_change(Wake wake) {
  std::lock_guard lock(state_->wake_mutex);
  state_->on_change = std::move(wake);
}

std::string MemoryLog::State::name_locked(const std::string& stored_name) const {
  const auto found = renamed.find(stored_name);
  return found == renamed.end() ? stored_name : name_locked(found->second);
}

StoredEvent MemoryLog::State::as_read_locked(StoredEvent event) const {
  event.metadata.name = name_locked(event.metadata.name);
  return event;
}

bool MemoryLog::State::matches_locked(std::span<const std::string> selected, const StoredEvent& event) const {
  const std::string name = name_locked(event.metadata.name);
  return std::any_of(selected.begin(), selected.end(),
                     [&](const std::string& one) { return selects(one, name, event.metadata.version); });
}

std::int64_t MemoryLog::State::bytes_of(const StoredEvent& event) {
  const Metadata& metadata = event.metadata;
  return static_cast<std::int64_t>(sizeof metadata.id + metadata.name.size() + sizeof metadata.version +
                                   sizeof metadata.time + metadata.source.size() + metadata.correlation_id.size() +
                                   metadata.causation_id.size() + metadata.tenant_id.size() + metadata.user_id.size() +
                                   metadata.key.size() + event.data.size());
}

// Throws StoreFull where retention refuses `added`.
void MemoryLog::State::check_room_locked(std::span<const StoredEvent> added) const {
  if (retention.policy == RetentionPolicy::limits && retention.when_over == WhenOver::discard_old) return;
  std::set<Uuid> new_ids;
  std::int64_t new_bytes = 0;
  for (const StoredEvent& event : added) {
    if (ids.contains(event.metadata.id) || !new_ids.insert(event.metadata.id).second) continue;
    new_bytes += bytes_of(event);
  }
  if (new_ids.empty()) return;
  const auto count = static_cast<std::int64_t>(events.size() + new_ids.size());
  if (retention.max_count && count > *retention.max_count) {
    throw StoreFull("the log takes no new event: it would hold " + std::to_string(count) +
                    ", and its retention allows " + std::to_string(*retention.max_count) +
                    ": let consumers catch up, or raise max_count");
  }
  if (retention.max_bytes && bytes + new_bytes > *retention.max_bytes) {
    throw StoreFull("the log takes no new event: it would hold " + std::to_string(bytes + new_bytes) +
                    " bytes, and its retention allows " + std::to_string(*retention.max_bytes) +
                    ": let consumers catch up, or raise max_bytes");
  }
}

Stored MemoryLog::State::add_locked(StoredEvent event) {
  const auto [known, is_new] = ids.try_emplace(event.metadata.id, last + 1);
  if (!is_new) return {.sequence = known->second, .duplicate = true};
  event.sequence = ++last;
  bytes += bytes_of(event);
  events.emplace(last, std::move(event));
  return {.sequence = last};
}

std::vector<Stored> MemoryLog::append(std::span<const StoredEvent> events, UnitOfWork* unit) {
  std::vector<Stored> stored;
  {
    std::lock_guard lock(state_->mutex);
    if (unit == nullptr) {
      state_->check_room_locked(events);
      for (const StoredEvent& event : events) stored.push_back(state_->add_locked(event));
    } else {
      State::Joined& joined = state_->join_locked(*unit);
      std::vector<StoredEvent> all = joined.events;
      all.insert(all.end(), events.begin(), events.end());
      state_->check_room_locked(all);
      for (const StoredEvent& event : events) {
        const auto known = state_->ids.find(event.metadata.id);
        const auto same = std::find_if(joined.events.begin(), joined.events.end(), [&](const StoredEvent& other) {
          return other.metadata.id == event.metadata.id;
        });
        if (known != state_->ids.end()) {
          stored.push_back({.sequence = known->second, .duplicate = true});
        } else if (same != joined.events.end()) {
          stored.push_back({.sequence = same->sequence, .duplicate = true});
        } else {
          joined.events.push_back(event);
          joined.events.back().sequence = state_->last + static_cast<std::int64_t>(joined.events.size());
          joined.actions.push_back([event](State& state) { state.add_locked(event); });
          stored.push_back({.sequence = joined.events.back().sequence});
        }
      }
    }
  }
  if (unit == nullptr) state_->wake();
  return stored;
}

void MemoryLog::append_later(StoredEvent event, std::function<void(const Stored&, std::exception_ptr)> done) {
  std::lock_guard lock(state_->mutex);
  state_->later.push_back({std::move(event), std::move(done)});
  if (!state_->appender.joinable())
    state_->appender = std::thread([state = state_.get()] { state->append_in_background(); });
  state_->changed.notify_all();
}

void MemoryLog::State::append_in_background() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return stopping || !later.empty(); });
    if (later.empty()) return;
    Stored stored;
    std::exception_ptr error;
    try {
      check_room_locked({&later.front().event, 1});
      stored = add_locked(later.front().event);
    } catch (const StoreFull&) {
      error = std::current_exception();
    }
    const auto done = later.front().done;
    lock.unlock();
    if (done) done(stored, error);
    wake();
    lock.lock();
    later.pop_front();
    changed.notify_all();
  }
}

void MemoryLog::flush() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->later.empty(); });
}

MemoryLog::Page MemoryLog::read(std::int64_t from, std::size_t limit, std::span<const std::string> events) {
  constexpr int most_looked_at = 10'000;
  std::lock_guard lock(state_->mutex);
  Page page{.events = {}, .next = from};
  if (limit == 0) return page;
  int looked_at = 0;
  for (auto at = state_->events.lower_bound(from); at != state_->events.end(); ++at) {
    if (page.events.size() == limit || looked_at++ == most_looked_at) return page;
    page.next = at->first + 1;
    if (state_->matches_locked(events, at->second)) page.events.push_back(state_->as_read_locked(at->second));
  }
  page.next = std::max(from, state_->last + 1);
  return page;
}

LogBounds MemoryLog::bounds() {
  std::lock_guard lock(state_->mutex);
  return {.first = state_->events.empty() ? 0 : state_->events.begin()->first,
          .last = state_->last,
          .count = static_cast<std::int64_t>(state_->events.size()),
          .bytes = state_->bytes};
}

void MemoryLog::rename_event(std::string_view from, std::string_view to) {
  {
    std::lock_guard lock(state_->mutex);
    if (from == to) return;
    state_->renamed.erase(std::string(to));  // the name in use again; otherwise two could be names of one another
    state_->renamed.insert_or_assign(std::string(from), std::string(to));
  }
  state_->wake();
}

std::map<std::string, std::int64_t> MemoryLog::stored_names(const NameFilter& wanted) {
  std::lock_guard lock(state_->mutex);
  std::map<std::string, std::int64_t> names;
  for (const auto& [sequence, event] : state_->events) {
    const std::string name = state_->name_locked(event.metadata.name);
    if (!wanted || wanted(name, event.metadata.version)) ++names[name + "@" + std::to_string(event.metadata.version)];
  }
  return names;
}

}  // namespace ashlar::testing
