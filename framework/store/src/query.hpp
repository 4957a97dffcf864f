#pragma once

#include <sqlite3.h>

#include <ashlar/clock.hpp>
#include <ashlar/uuid.hpp>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "connection.hpp"

namespace ashlar::store {

// An empty text is stored as NULL.
struct Filled {
  std::string_view text;
};

// Bytes that need not be UTF-8.
struct Bytes {
  std::string_view bytes;
};

// One use of a statement that its connection keeps prepared. Reset when it ends; uses of the same text do not nest. `sql` is
// a literal. Texts are not copied: what is bound outlives the steps.
class Query {
 public:
  template <class... Values>
  Query(Connection& connection, const char* sql, const Values&... values)
      : connection_(connection), sql_(sql), statement_(connection.cached(sql)) {
    (bind(values), ...);
  }
  ~Query() { sqlite3_reset(statement_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  bool step() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) connection_.fail(sql_);
    return false;
  }

  // For statements without rows: how many rows it changed.
  std::int64_t run() {
    while (step()) {}
    return sqlite3_changes64(connection_.handle());
  }

  // For the next use with other values.
  template <class... Values>
  Query& again(const Values&... values) {
    sqlite3_reset(statement_);
    bound_ = 0;
    (bind(values), ...);
    return *this;
  }

  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  Time time(int column) const { return Time(std::chrono::milliseconds(integer(column))); }
  std::optional<Time> optional_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional(time(column));
  }
  std::string text(int column) const {
    // The text first: its length is known when it has been read.
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return std::string(data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }
  Uuid uuid(int column) const;

 private:
  template <std::integral I>
  void bind(I number) {
    check(sqlite3_bind_int64(statement_, ++bound_, static_cast<std::int64_t>(number)));
  }
  void bind(Time time) { bind(std::int64_t{time.time_since_epoch().count()}); }
  void bind(std::nullptr_t) { check(sqlite3_bind_null(statement_, ++bound_)); }
  void bind(std::string_view text) {
    check(sqlite3_bind_text64(statement_, ++bound_, text.data() == nullptr ? "" : text.data(), text.size(),
                              SQLITE_STATIC, SQLITE_UTF8));
  }
  void bind(const Uuid& id) {
    check(sqlite3_bind_blob(statement_, ++bound_, id.bytes.data(), static_cast<int>(id.bytes.size()), SQLITE_STATIC));
  }
  void bind(Bytes bytes) {
    check(sqlite3_bind_blob64(statement_, ++bound_, bytes.bytes.empty() ? "" : bytes.bytes.data(), bytes.bytes.size(),
                              SQLITE_STATIC));
  }
  void bind(Filled filled) { filled.text.empty() ? bind(nullptr) : bind(filled.text); }
  template <class T>
  void bind(const std::optional<T>& value) {
    value ? bind(*value) : bind(nullptr);
  }
  void check(int result) const {
    if (result != SQLITE_OK) connection_.fail(sql_);
  }

  Connection& connection_;
  const char* sql_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

}  // namespace ashlar::store
