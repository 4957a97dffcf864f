#include "connection.hpp"

#include <ashlar/errors.hpp>
#include <cctype>
#include <utility>

namespace ashlar::store {

namespace {

constexpr int busy_milliseconds = 5000;

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

}  // namespace

Connection::Connection(const std::string& file, std::string name) : name_(std::move(name)) {
  // One thread at a time uses a connection, so SQLite's own mutex is left out.
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  try {
    if (sqlite3_open_v2(file.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
      throw Error("cannot open the database " + file + ": " +
                  (handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_)));
    }
    configure();
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

Connection::~Connection() { sqlite3_close_v2(handle_); }

void Connection::configure() {
  sqlite3_busy_timeout(handle_, busy_milliseconds);
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = FULL");
  execute("PRAGMA foreign_keys = ON");
  // Views and triggers of a file that someone tampered with call no functions with side effects.
  execute("PRAGMA trusted_schema = OFF");
}

void Connection::execute(std::string_view sql) {
  if (sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
}

void Connection::fail(std::string_view sql) const { fail(sql, sqlite3_errmsg(handle_)); }

void Connection::fail(std::string_view sql, std::string_view problem) const {
  throw Error("database " + name_ + ": " + std::string(problem) + " (in `" + beginning_of(sql) + "`)");
}

}  // namespace ashlar::store
