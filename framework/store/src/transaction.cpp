#include <ashlar/store/transaction.hpp>

#include <utility>

#include "connection.hpp"

namespace ashlar::store {

Transaction::Transaction(Database& database) : connection_(database.connection_) {
  // IMMEDIATE: waits for other writers here, where nothing is lost, instead of failing half way.
  connection_->execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // SQLite has already rolled back after some errors.
  if (connection_ == nullptr || sqlite3_get_autocommit(connection_->handle()) != 0) return;
  sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  if (connection_ == nullptr) return;
  connection_->execute("COMMIT");
  connection_.reset();
  for (const auto& action : std::exchange(after_, {})) action();
}

void Transaction::after_commit(std::function<void()> action) { after_.push_back(std::move(action)); }

}  // namespace ashlar::store
