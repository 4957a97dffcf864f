#include "connection.hpp"

#include "query.hpp"

#include <ashlar/errors.hpp>
#include <ashlar/store/log_store.hpp>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace ashlar::store {

namespace {

constexpr int busy_milliseconds = 5000;

// SQLite's busy handler: between processes there is nothing to be woken by, so it sleeps and asks again. Another process
// holds the lock, mostly for less than a millisecond: waits shortly at first. SQLite's own handler sleeps too long for a
// log that several processes share.
int wait_for_lock(void*, int times) {
  constexpr int first_microseconds = 50;
  constexpr int longest_microseconds = 500;
  // 50, 100, … up to half a millisecond each: who holds the lock most of the time leaves short gaps.
  const int pause = times < 10 ? first_microseconds * (times + 1) : longest_microseconds;
  const int waited_ms = times < 10 ? 0 : (times - 10) * longest_microseconds / 1000;
  if (waited_ms > busy_milliseconds) return 0;
  std::this_thread::sleep_for(std::chrono::microseconds(pause));
  return 1;
}

// One line, short enough for a log.
std::string beginning_of(std::string_view sql) {
  constexpr std::size_t most = 80;
  std::string line;
  for (char c : sql) {
    const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
    if (line.size() > most) return line.substr(0, most) + "…";
  }
  return line;
}

// Whether the last write failed because the user's or the file's share of the disk is used up, which SQLite does not tell from
// a disk that fails.
bool has_no_room(sqlite3* handle) {
  int database = 0;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &database);
  int log = 0;
  sqlite3_file* file = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (file != nullptr && file->pMethods != nullptr) file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &log);
  const auto says = [](int cause) { return cause == EDQUOT || cause == EFBIG || cause == ENOSPC; };
  return says(database) || says(log);
}

// What is wrong with the file, and what to do.
std::string advice(int code) {
  switch (code) {
    case SQLITE_FULL: return ": the disk is full: make room; what is committed is intact";
    case SQLITE_IOERR: return ": the disk fails, or is full: look at it; what is committed stays as it is";
    case SQLITE_BUSY:
      return ": another process has held a transaction open for " + std::to_string(busy_milliseconds / 1000) +
             " seconds: end it";
    case SQLITE_CORRUPT:
      return ": the file is damaged: stop the program and restore a backup, or take what can be read with `sqlite3 "
             "FILE "
             ".recover`";
    case SQLITE_NOTADB:
      return ": the file is none of SQLite's, or its beginning is damaged: name another, or restore a backup";
    case SQLITE_READONLY: return ": the file or its folder may not be written to";
    default: return {};
  }
}

}  // namespace

Connection::Connection(const std::string& file, std::string name, Synchronous synchronous, std::shared_ptr<Gate> gate)
    : name_(std::move(name)), gate_(std::move(gate)) {
  // One thread at a time uses a connection, so SQLite's own mutex is left out.
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  try {
    if (sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
      throw Error("cannot open the database " + file + ": " +
                  (handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_)));
    }
    configure(synchronous);
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Connection::~Connection() {
  for (const auto& [sql, statement] : cached_) sqlite3_finalize(statement);
  sqlite3_close_v2(handle_);
}

void Connection::configure(Synchronous synchronous) {
  sqlite3_busy_handler(handle_, wait_for_lock, nullptr);
  // EXTRA is FULL, and makes sure that the rollback journal of a file that is new does not come back after a power cut,
  // which would take back all that was committed since.
  if (synchronous != Synchronous::off) execute("PRAGMA synchronous = EXTRA");
  execute("PRAGMA journal_mode = WAL");
  switch (synchronous) {
    case Synchronous::full:
      execute("PRAGMA synchronous = FULL");
      may_wait_ = true;
      waits_ = true;
      break;
    case Synchronous::normal: execute("PRAGMA synchronous = NORMAL"); break;
    case Synchronous::off: execute("PRAGMA synchronous = OFF"); break;
  }
  execute("PRAGMA foreign_keys = ON");
  // Views and triggers of a file that someone tampered with call no functions with side effects.
  execute("PRAGMA trusted_schema = OFF");
}

void Connection::execute(std::string_view sql) {
  if (sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

sqlite3_stmt* Connection::cached(const char* sql) {
  sqlite3_stmt*& statement = cached_[sql];
  if (statement == nullptr &&
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    fail(sql);
  }
  return statement;
}

void Connection::wait_for_disk(bool waits) {
  if (!may_wait_ || waits == waits_) return;
  Query(*this, waits ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL").run();
  waits_ = waits;
}

unsigned Connection::data_version() const {
  unsigned version = 0;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_DATA_VERSION, &version);
  return version;
}

void Connection::begin() {
  if (gate_ != nullptr) gate_->enter();
  try {
    // IMMEDIATE: waits for other writers here, where nothing is lost, instead of failing half way.
    Query(*this, "BEGIN IMMEDIATE").run();
  } catch (...) {
    if (gate_ != nullptr) gate_->leave();
    throw;
  }
}

void Connection::commit() {
  Query(*this, "COMMIT").run();
  if (gate_ != nullptr) gate_->leave();
}

void Connection::roll_back() noexcept {
  // SQLite has already rolled back after some errors.
  if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  if (gate_ != nullptr) gate_->leave();
}

void Connection::fail(std::string_view sql) const { fail(sql, sqlite3_errmsg(handle_)); }

void Connection::fail(std::string_view sql, std::string_view problem) const {
  int code = sqlite3_errcode(handle_) & 0xff;
  if (code == SQLITE_IOERR && has_no_room(handle_)) code = SQLITE_FULL;
  const std::string text =
      "database " + name_ + ": " + std::string(problem) + " (in `" + beginning_of(sql) + "`)" + advice(code);
  if (code == SQLITE_FULL) throw StoreFull(text);
  throw Error(text);
}

}  // namespace ashlar::store
