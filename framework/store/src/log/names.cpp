#include "log/names.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/event_pattern.hpp>

#include "query.hpp"

namespace ashlar::store {

void Names::read_renames(Connection& db) {
  std::map<std::string, std::string, std::less<>> renames;
  Query row(db, "SELECT old_name, new_name FROM ashlar_event_rename");
  while (row.step()) renames.emplace(row.text(0), row.text(1));
  std::lock_guard lock(mutex_);
  if (renames == renames_) return;
  renames_ = std::move(renames);
  names_.clear();
  generation_.fetch_add(1, std::memory_order_release);
}

std::int64_t Names::number_of(Work& work, std::string_view name, int version) {
  {
    std::lock_guard lock(mutex_);
    if (const auto versions = numbers_.find(name); versions != numbers_.end()) {
      if (const auto known = versions->second.find(version); known != versions->second.end()) return known->second;
    }
  }
  const bool is_new =
      Query(work.db, "INSERT INTO ashlar_event_name (name, version) VALUES (?, ?) ON CONFLICT DO NOTHING", name,
            version)
          .run() > 0;
  Query row(work.db, "SELECT number FROM ashlar_event_name WHERE name = ? AND version = ?", name, version);
  row.step();
  const std::int64_t number = row.integer(0);
  if (is_new) {
    std::lock_guard lock(mutex_);
    made_.insert(number);
  }
  // Not before: after a roll-back the number may become another event's.
  work.after_commit([this, name = std::string(name), version, number] {
    std::lock_guard lock(mutex_);
    numbers_[name][version] = number;
    made_.erase(number);
  });
  return number;
}

EventName Names::of(Connection& db, std::int64_t number) {
  std::lock_guard lock(mutex_);
  const auto known = names_.find(number);
  if (known != names_.end()) return known->second;
  Query row(db, "SELECT name, version FROM ashlar_event_name WHERE number = ?", number);
  if (!row.step()) throw Error("the log is damaged: it has no event name " + std::to_string(number));
  EventName name{present_name_locked(row.text(0)), static_cast<int>(row.integer(1))};
  // What is committed stays, and what a transaction sees that did not make it itself is.
  if (!made_.contains(number)) names_.emplace(number, name);
  return name;
}

bool Names::remembers(std::int64_t number) const {
  std::lock_guard lock(mutex_);
  return names_.contains(number);
}

std::string Names::present_name(std::string name) const {
  std::lock_guard lock(mutex_);
  return present_name_locked(std::move(name));
}

std::string Names::present_name_locked(std::string name) const {
  // Renames may form a chain; one that bites its tail ends where it began.
  for (std::size_t steps = 0; steps <= renames_.size(); ++steps) {
    const auto next = renames_.find(name);
    if (next == renames_.end()) break;
    name = next->second;
  }
  return name;
}

bool Selection::selects(Connection& db, Names& names, std::int64_t number) {
  if (const std::uint64_t generation = names.generation(); generation != generation_) {
    known_.clear();
    generation_ = generation;
  }
  const auto place = static_cast<std::size_t>(number);
  if (place < known_.size() && known_[place] != 0) return known_[place] > 0;
  const EventName event = names.of(db, number);
  const bool selected = std::any_of(events_.begin(), events_.end(), [&](const std::string& reference) {
    return ashlar::selects(reference, event.name, event.version);
  });
  if (!names.remembers(number)) return selected;
  if (place >= known_.size()) known_.resize(place + 1, 0);
  known_[place] = selected ? 1 : -1;
  return selected;
}

}  // namespace ashlar::store
