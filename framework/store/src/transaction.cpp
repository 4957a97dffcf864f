#include <ashlar/store/transaction.hpp>
#include <utility>

#include "connection.hpp"

namespace ashlar::store {

Transaction::Transaction(Database& database) : connection_(database.connection_) { connection_->begin(); }

Transaction::Transaction(Database& database, std::mutex& mutex) : lock_(mutex), connection_(database.connection_) {
  connection_->begin();
}

Transaction::~Transaction() {
  if (connection_ != nullptr) connection_->roll_back();
}

void Transaction::commit() {
  if (connection_ == nullptr) return;
  connection_->commit();
  connection_.reset();
  if (lock_.owns_lock()) lock_.unlock();
  for (const auto& action : std::exchange(after_, {})) action();
}

std::shared_ptr<Connection> connection_of(const Transaction& transaction) { return transaction.connection_; }

void Transaction::after_commit(std::function<void()> action) { after_.push_back(std::move(action)); }

}  // namespace ashlar::store
