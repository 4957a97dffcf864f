#pragma once

#include <ashlar/errors.hpp>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/store/transaction.hpp>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

// What the processes of kill_test.cpp have in common: a log under load, and tables of their own beside it.

ashlar::Time now_of_the_machine();

// Once more where another process holds the file for longer than anybody waits, as on a disk that stalls.
template <class Action>
auto patiently(const Action& action) {
  for (;;) {
    try {
      return action();
    } catch (const ashlar::Error& error) {
      const std::string_view problem = error.what();
      const bool is_busy = problem.find("another process has held") != std::string_view::npos ||
                           problem.find("locking protocol") != std::string_view::npos;
      if (!is_busy) throw;
    }
  }
}

class KillProcess {
 public:
  // Hears of everything that was done: `stored 12 1000003`, `effect 12`, `dead 13`, `retried 14`, `late 15`.
  using Tell = std::function<void(const std::string& line)>;

  explicit KillProcess(const std::filesystem::path& file);
  ~KillProcess();

  ashlar::store::LogStore& log() { return *log_; }
  ashlar::store::Database connect();
  ashlar::store::Owner begin_owner();

  // Events with numbers from `first` on, one after the other, for ever.
  void publish(std::int64_t first, const Tell& tell);

  // What there is; false: nothing.
  bool consume(ashlar::store::Database& database, ashlar::store::Owner owner, const Tell& tell);
  void consume_for_ever(const Tell& tell);

 private:
  ashlar::store::Settlement::Outcome settle(ashlar::store::Database& database, ashlar::store::Owner owner,
                                            const ashlar::store::Claimed& claimed, const Tell& tell);

  ashlar::store::Store store_;
  std::unique_ptr<ashlar::store::LogStore> log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t changes_ = 0;
};
