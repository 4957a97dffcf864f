// The disk and SQLite by themselves: what the log cannot be faster than.

#include <ashlar/json.hpp>
#include <ashlar/uuid.hpp>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "log_bench.hpp"

namespace bench {

namespace {

void check(int result, sqlite3* db) {
  if (result == SQLITE_OK || result == SQLITE_DONE) return;
  std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
  std::exit(1);
}

// Inserts events with unique, time-ordered ids, `rows` to a commit, and says how many a second.
double insert(const std::filesystem::path& folder, const char* synchronous, bool unique, int rows, int total) {
  const BenchFile file(folder);
  sqlite3* db = nullptr;
  check(sqlite3_open(file.path().c_str(), &db), db);
  const auto run = [&](const std::string& sql) { check(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), db); };
  run("PRAGMA journal_mode = WAL");
  run(std::string("PRAGMA synchronous = ") + synchronous);
  run(std::string(
          "CREATE TABLE event (sequence INTEGER PRIMARY KEY, name INTEGER NOT NULL, key TEXT, id BLOB NOT NULL ") +
      (unique ? "UNIQUE" : "") +
      ", time INTEGER NOT NULL, source TEXT, correlation_id TEXT, causation_id TEXT, tenant_id TEXT, user_id TEXT, "
      "data TEXT "
      "NOT NULL)");
  sqlite3_stmt* insert = nullptr;
  check(sqlite3_prepare_v2(db, "INSERT INTO event VALUES (?, 1, NULL, ?, ?, 'bench', '', NULL, NULL, NULL, ?)", -1,
                           &insert, nullptr),
        db);
  const std::string data = ashlar::to_json(order(1));
  std::vector<ashlar::Uuid> ids;
  for (int i = 0; i < total; ++i) ids.push_back(ashlar::Uuid::v7(1'700'000'000'000 + i / 100));
  const Stopwatch watch;
  for (int i = 0; i < total; ++i) {
    if (i % rows == 0 && rows > 1) run("BEGIN");
    sqlite3_bind_int64(insert, 1, i + 1);
    sqlite3_bind_blob(insert, 2, ids[static_cast<std::size_t>(i)].bytes.data(), 16, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 3, 1'700'000'000'000 + i);
    sqlite3_bind_text(insert, 4, data.data(), static_cast<int>(data.size()), SQLITE_STATIC);
    check(sqlite3_step(insert), db);
    sqlite3_reset(insert);
    if (i % rows == rows - 1 && rows > 1) run("COMMIT");
  }
  const double rate = total / watch.seconds();
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return rate;
}

}  // namespace

void measure_disk(const std::filesystem::path& folder, Figures& figures) {
  const std::filesystem::path path = folder / "bench.sync";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
  const std::string block(4096, 'x');
  std::vector<double> times;
  for (int i = 0; i < 300; ++i) {
    const Stopwatch watch;
    if (write(file, block.data(), block.size()) < 0 || fdatasync(file) != 0) std::exit(1);
    times.push_back(watch.seconds());
  }
  close(file);
  std::filesystem::remove(path);
  std::sort(times.begin(), times.end());
  figures.time("fsync_us", times[times.size() / 2] * 1e6);
}

void measure_raw(const std::filesystem::path& folder, Figures& figures) {
  figures.rate("raw_one_full", insert(folder, "FULL", true, 1, 5'000));
  figures.rate("raw_one_normal", insert(folder, "NORMAL", true, 1, 50'000));
  figures.rate("raw_1000_full", insert(folder, "FULL", true, 1'000, 200'000));
  figures.rate("raw_1000_full_no_ids", insert(folder, "FULL", false, 1'000, 200'000));
}

}  // namespace bench
