#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "log/work.hpp"

namespace ashlar::store {

struct EventName {
  std::string name;
  int version = 1;
};

// The names of events as the log stores them: by number. Knows the numbers that are committed; any thread.
class Names {
 public:
  // What is renamed, by this process or another one.
  void read_renames(Connection& db);

  // Changes when a number's present name may have changed.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  // The number of an event, made now where it has none.
  std::int64_t number_of(Work& work, std::string_view name, int version);

  // Under its present name. Throws Error for a number that the file does not have.
  EventName of(Connection& db, std::int64_t number);

  // Whether the number will always be this event's; that of a transaction that still runs may become another's.
  bool remembers(std::int64_t number) const;

  std::string present_name(std::string name) const;

 private:
  std::string present_name_locked(std::string name) const;

  std::atomic<std::uint64_t> generation_{0};
  mutable std::mutex mutex_;
  std::map<std::string, std::map<int, std::int64_t>, std::less<>> numbers_;  // by name and version
  std::set<std::int64_t> made_;  // by a transaction of this process that has not committed, or never did
  std::unordered_map<std::int64_t, EventName> names_;        // present ones
  std::map<std::string, std::string, std::less<>> renames_;  // old to new
};

// Which events a consumer or a reader wants; remembers the answer for each number.
class Selection {
 public:
  explicit Selection(std::vector<std::string> events) : events_(std::move(events)) {}

  bool selects(Connection& db, Names& names, std::int64_t number);
  const std::vector<std::string>& events() const { return events_; }

 private:
  std::vector<std::string> events_;
  std::uint64_t generation_ = 0;    // of the names
  std::vector<signed char> known_;  // by number: 0 not asked yet, 1 yes, -1 no
};

}  // namespace ashlar::store
