#include <doctest/doctest.h>

#include <sqlite3.h>

#include <ashlar/testing/temporary_directory.hpp>
#include <set>

#include "crash_scenario.hpp"
#include "crash_vfs.hpp"
#include "message_of.hpp"
#include "part.hpp"

using namespace ashlar::store;
using Outcome = LogTest::Outcome;

namespace {

// What an application did on a disk that may fail meanwhile.
class Attempts {
 public:
  explicit Attempts(CrashApplication& app) : app_(app) {}

  void run() {
    for (int number = 10; number < 13; ++number) publish(number);
    attempt([&] { app_.settle("record", 2, Outcome::retry, std::chrono::seconds{1}); });
    attempt([&] {
      for (const Claimed& claimed : app_.claim("record", 2)) app_.record(claimed);
    });
    attempt([&] { app_.settle("record", 3, Outcome::bury); });
    attempt([&] {
      Database database = app_.store.connect();
      auto row = database.query("PRAGMA wal_checkpoint(TRUNCATE)");
      while (row.step()) continue;
    });
    for (int number = 13; number < 15; ++number) publish(number);
  }

  // Those that the application was told are stored, and that are; the others are not.
  std::string published() const {
    Database database = app_.store.connect();
    std::set<std::int64_t> found;
    auto row = database.query("SELECT data->>'number' FROM ashlar_log WHERE data->>'number' >= 10");
    while (row.step()) found.insert(row.get<std::int64_t>(0));
    return found == published_ ? "" : "what is stored is not what the publishers were told";
  }

  int failures() const { return failures_; }
  std::set<std::string> errors;

 private:
  void publish(std::int64_t number) {
    attempt([&] {
      app_.publish(number, "even");
      published_.insert(number);
    });
  }

  template <class Action>
  void attempt(const Action& action) {
    try {
      action();
    } catch (const ashlar::Error& error) {
      ++failures_;
      errors.insert(error.what());
    }
  }

  CrashApplication& app_;
  std::set<std::int64_t> published_;
  int failures_ = 0;
};

struct Failure {
  int code;
  const char* says;
};

// A disk with a log, and what is in flight in it.
DiskFiles prepared(CrashDisk& disk, const std::filesystem::path& file) {
  CrashApplication app(file);
  Database database = app.store.connect();
  database.execute(
      "CREATE TABLE crash_order (number INTEGER PRIMARY KEY) STRICT;"
      "CREATE TABLE crash_effect (sequence INTEGER NOT NULL, key TEXT NOT NULL) STRICT");
  app.open_consumers();
  app.begin_owner();
  for (int number = 1; number < 8; ++number) app.publish(number, number % 2 == 0 ? "even" : "");
  app.claim("record", 4);
  return disk.files();
}

}  // namespace

TEST_CASE("E12: whatever write of the disk fails, the error is clear, and all goes on where the disk works again") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  CrashDisk disk;
  const DiskFiles before = prepared(disk, file);
  std::size_t points = 0;
  int failures = 0;
  std::set<std::string> errors;
  for (const auto [code, says] :
       {Failure{SQLITE_FULL, "the disk is full"}, Failure{SQLITE_IOERR_WRITE, "the disk fails"}}) {
    for (std::size_t failing = 0;; failing += every) {
      disk.load(before);
      CrashApplication app(file);
      app.begin_owner();
      app.claim("record", 2);
      const std::size_t count = disk.count();
      Attempts attempts(app);
      disk.fail_from(count + failing, code);
      attempts.run();
      const bool has_failed = disk.count() == count + failing;
      disk.heal();
      if (!has_failed) break;
      ++points;
      failures += attempts.failures();
      errors.insert(attempts.errors.begin(), attempts.errors.end());
      CHECK(attempts.published() == "");
      app.publish(20);
      CHECK(app.finish() == "");
      for (const std::string& error : attempts.errors) {
        INFO(error);
        CHECK(error.find(says) != std::string::npos);
      }
    }
  }
  MESSAGE(points, " points at which the disk failed, ", failures, " errors");
  CHECK(failures > static_cast<int>(points));
}
