// The disk and SQLite by themselves: what the log cannot be faster than.

#include <ashlar/json.hpp>
#include <ashlar/uuid.hpp>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "log_bench.hpp"

namespace bench {

namespace {

void check(int result, sqlite3* db) {
  if (result == SQLITE_OK || result == SQLITE_DONE) return;
  std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
  std::exit(1);
}

class RawSqlite {
 public:
  RawSqlite(const Folder& folder, const char* synchronous, Ids ids, int rows) : file_(folder), rows_(rows) {
    check(sqlite3_open(file_.path().c_str(), &db_), db_);
    run("PRAGMA journal_mode = WAL");
    run(std::string("PRAGMA synchronous = ") + synchronous);
    run(std::string(
            "CREATE TABLE event (sequence INTEGER PRIMARY KEY, name INTEGER NOT NULL, key TEXT, id BLOB NOT NULL ") +
        (ids == Ids::unique ? "UNIQUE" : "") +
        ", time INTEGER NOT NULL, source TEXT, correlation_id TEXT, causation_id TEXT, tenant_id TEXT, user_id TEXT, "
        "data TEXT NOT NULL)");
    check(sqlite3_prepare_v2(db_, "INSERT INTO event VALUES (?, 1, NULL, ?, ?, 'bench', '', NULL, NULL, NULL, ?)", -1,
                             &insert_, nullptr),
          db_);
  }
  ~RawSqlite() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }
  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  std::int64_t work() {
    const std::int64_t before = count_;
    for (const Slice slice; !slice.is_over();) {
      if (rows_ > 1) run("BEGIN");
      for (int i = 0; i < rows_; ++i) insert();
      if (rows_ > 1) run("COMMIT");
    }
    return count_ - before;
  }

 private:
  void run(const std::string& sql) { check(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr), db_); }

  void insert() {
    const std::int64_t time = 1'700'000'000'000 + ++count_ / 100;
    const ashlar::Uuid id = ashlar::Uuid::v7(time);
    sqlite3_bind_int64(insert_, 1, count_);
    sqlite3_bind_blob(insert_, 2, id.bytes.data(), static_cast<int>(id.bytes.size()), SQLITE_STATIC);
    sqlite3_bind_int64(insert_, 3, time);
    sqlite3_bind_text(insert_, 4, data_.data(), static_cast<int>(data_.size()), SQLITE_STATIC);
    check(sqlite3_step(insert_), db_);
    sqlite3_reset(insert_);
  }

  const BenchFile file_;
  const int rows_;
  const std::string data_ = ashlar::to_json(order(1));
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::int64_t count_ = 0;
};

class Disk {
 public:
  explicit Disk(const Folder& folder)
      : path_(folder / "bench.sync"), file_(open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {}
  ~Disk() {
    close(file_);
    std::filesystem::remove(path_);
  }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  std::int64_t work() {
    std::int64_t count = 0;
    for (const Slice slice; !slice.is_over(); ++count) {
      if (write(file_, block_.data(), block_.size()) < 0 || fdatasync(file_) != 0) std::exit(1);
    }
    return count;
  }

 private:
  const std::filesystem::path path_;
  const int file_;
  const std::string block_ = std::string(4096, 'x');
};

}  // namespace

Contender disk(const Folder& folder) {
  return {.figure = "fsyncs", .work = [one = std::make_shared<Disk>(folder)] { return one->work(); }};
}

Contender raw_sqlite(const Folder& folder, std::string figure, const char* synchronous, Ids ids, int rows) {
  auto one = std::make_shared<RawSqlite>(folder, synchronous, ids, rows);
  return {.figure = std::move(figure), .work = [one] { return one->work(); }};
}

}  // namespace bench
