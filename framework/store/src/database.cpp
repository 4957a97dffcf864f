#include <ashlar/store/database.hpp>
#include <utility>

#include "connection.hpp"

namespace ashlar::store {

Database::Database(const std::filesystem::path& file)
    : connection_(std::make_shared<Connection>(file.string(), file.filename().string())) {}

Database::Database(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

Database Database::in_memory() { return Database(std::make_shared<Connection>(":memory:", "in memory")); }

void Database::execute(std::string_view sql) { connection_->execute(sql); }

Statement Database::prepare(std::string_view sql) { return Statement(connection_, sql); }

std::int64_t Database::finish(Statement& statement) {
  // What a statement changed does not count for one that only reads, where SQLite would repeat the last number.
  const std::int64_t before = sqlite3_total_changes64(connection_->handle());
  while (statement.step()) continue;
  return sqlite3_total_changes64(connection_->handle()) == before ? 0 : sqlite3_changes64(connection_->handle());
}

}  // namespace ashlar::store
