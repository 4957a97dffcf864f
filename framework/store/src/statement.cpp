#include <ashlar/store/statement.hpp>
#include <limits>
#include <string>
#include <utility>

#include "connection.hpp"

namespace ashlar::store {

struct Statement::State {
  std::shared_ptr<Connection> connection;
  std::string sql;
  sqlite3_stmt* handle = nullptr;
  bool on_row = false;

  State(std::shared_ptr<Connection> owner, std::string_view text) : connection(std::move(owner)), sql(text) {
    if (sql.size() > std::numeric_limits<int>::max()) connection->fail(sql, "the statement is too long");
    const char* rest = nullptr;
    const int size = static_cast<int>(sql.size());
    if (sqlite3_prepare_v2(connection->handle(), sql.data(), size, &handle, &rest) != SQLITE_OK) connection->fail(sql);
    if (handle == nullptr) connection->fail(sql, "there is no statement");
    if (std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
      sqlite3_finalize(handle);
      connection->fail(sql, "this is more than one statement: use execute()");
    }
  }
  ~State() { sqlite3_finalize(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

namespace {

int bind_value(sqlite3_stmt* handle, int position, const detail::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(handle, position, *number);
  if (const auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(handle, position, *real);
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    // A null pointer would bind NULL instead of an empty text.
    const char* data = text->data() == nullptr ? "" : text->data();
    return sqlite3_bind_text64(handle, position, data, text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return sqlite3_bind_null(handle, position);
}

}  // namespace

Statement::Statement(std::shared_ptr<Connection> connection, std::string_view sql)
    : state_(std::make_unique<State>(std::move(connection), sql)) {}
Statement::~Statement() = default;
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;

void Statement::bind_all(std::span<const detail::Value> values) {
  sqlite3_reset(state_->handle);
  state_->on_row = false;
  const auto wanted = static_cast<std::size_t>(sqlite3_bind_parameter_count(state_->handle));
  if (values.size() != wanted) {
    state_->connection->fail(
        state_->sql, "the statement takes " + std::to_string(wanted) + " values, not " + std::to_string(values.size()));
  }
  for (std::size_t i = 0; i < wanted; ++i) {
    if (bind_value(state_->handle, static_cast<int>(i + 1), values[i]) != SQLITE_OK) {
      state_->connection->fail(state_->sql);
    }
  }
}

bool Statement::step() {
  const int result = sqlite3_step(state_->handle);
  state_->on_row = result == SQLITE_ROW;
  if (state_->on_row) return true;
  if (result == SQLITE_DONE) {
    sqlite3_reset(state_->handle);
    return false;
  }
  const std::string problem = sqlite3_errmsg(state_->connection->handle());
  sqlite3_reset(state_->handle);
  state_->connection->fail(state_->sql, problem);
}

bool Statement::is_null(int column) const {
  if (!state_->on_row) refuse(column, "is read before step() has found a row");
  if (column < 0 || column >= sqlite3_column_count(state_->handle)) refuse(column, "does not exist");
  return sqlite3_column_type(state_->handle, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  if (is_null(column) || sqlite3_column_type(state_->handle, column) != SQLITE_INTEGER) {
    refuse(column, "is no integer");
  }
  return sqlite3_column_int64(state_->handle, column);
}

double Statement::real(int column) const {
  const bool null = is_null(column);
  const int type = sqlite3_column_type(state_->handle, column);
  if (null || (type != SQLITE_FLOAT && type != SQLITE_INTEGER)) refuse(column, "is no number");
  return sqlite3_column_double(state_->handle, column);
}

std::string Statement::text(int column) const {
  if (is_null(column) || sqlite3_column_type(state_->handle, column) != SQLITE_TEXT) refuse(column, "is no text");
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(state_->handle, column));
  return std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(state_->handle, column)));
}

void Statement::refuse(int column, std::string_view problem) const {
  state_->connection->fail(state_->sql, "column " + std::to_string(column) + " " + std::string(problem));
}

}  // namespace ashlar::store
