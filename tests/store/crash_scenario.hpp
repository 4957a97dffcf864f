#pragma once

#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log_store_suite.hpp"

// What an application does to its file: the log, and a module with a table of its own, which has a row for each event that
// consumer `record` has settled, of the same commit.
class CrashApplication {
 public:
  explicit CrashApplication(const std::filesystem::path& file,
                            ashlar::store::Synchronous synchronous = ashlar::store::Synchronous::full);

  ashlar::store::LogStore& log() { return *log_; }
  ashlar::store::Owner begin_owner() { return owner_ = log_->begin_owner(); }
  ashlar::store::Owner owner() const { return owner_; }

  void open_consumers();
  void publish(std::int64_t number, const std::string& key = {});
  std::vector<ashlar::store::Claimed> claim(const std::string& consumer, std::size_t limit = 100);
  void settle(const std::string& consumer, std::int64_t sequence, LogTest::Outcome outcome,
              std::chrono::milliseconds delay = {});

  // Effect and ack in one commit; false: somebody else has settled it.
  bool record(const ashlar::store::Claimed& claimed);

  // Settles all that there is, for both consumers, and says what is wrong with the whole afterwards.
  std::string finish();

  ashlar::Time now = suite_start;
  ashlar::store::Store store;

 private:
  std::unique_ptr<ashlar::store::LogStore> log_;
  ashlar::store::Database module_;
  ashlar::store::Owner owner_ = 0;
};

// Publishing, consuming, retrying, dead-lettering, retention and all the rest, in steps of one commit or none; `step` is
// called before the first and after each of them. A step whose name is `open` or `close` is several commits that change
// nothing.
using CrashStep = std::function<void(const std::string& name)>;
void crash_scenario(const std::filesystem::path& file, ashlar::store::Synchronous synchronous, const CrashStep& step);

// All rows of all tables, and what SQLite's own check says of the file. Empty: there are no tables.
std::string content_of(const std::filesystem::path& file);
