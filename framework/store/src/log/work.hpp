#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "connection.hpp"

namespace ashlar::store {

// What the log has given and holds. The newest event's row tells what was given, so that appending writes nothing else; what
// retention has removed stands in a row of its own.
struct LogCounters {
  std::int64_t last_sequence = 0;
  std::int64_t total_bytes = 0;  // of all events so far
  std::int64_t events = 0;
  std::int64_t bytes = 0;
  std::int64_t changes = 0;  // of what consumers may do, new events aside
};

LogCounters read_counters(Connection& db);

// What functions of the log do in one transaction on one connection. Whoever opened the transaction calls save() before its
// commit, and then what after_commit() was given.
class Work {
 public:
  explicit Work(Connection& connection) : db(connection) {}

  const LogCounters& counters();
  LogCounters& change_counters();

  // Instead of reading them; and what is known of them now.
  void know(const LogCounters& counters) { counters_ = counters; }
  const std::optional<LogCounters>& known() const { return counters_; }

  // After an event was added to the log's table.
  void count(std::int64_t bytes);
  void save();

  void after_commit(std::function<void()> action) { after_.push_back(std::move(action)); }
  std::vector<std::function<void()>> take_after() { return std::exchange(after_, {}); }

  Connection& db;

  // Consumers may find something to do: all of them, or those that want an event of these names.
  bool wakes_all = false;
  std::vector<std::int64_t> appended;  // numbers of names, each once
  std::int64_t events = 0;             // how many were appended

 private:
  std::optional<LogCounters> counters_;
  bool changed_ = false;
  std::vector<std::function<void()>> after_;
};

}  // namespace ashlar::store
