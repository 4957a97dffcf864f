#pragma once

#include <ashlar/store/database.hpp>
#include <memory>

namespace ashlar::store {

// Everything that its database runs while it lives happens as one: after commit() all of it, otherwise nothing of it.
// Takes the file's only write lock at once, so call no other module before it has ended. Not nested.
class [[nodiscard]] Transaction {
 public:
  explicit Transaction(Database& database);

  // Rolls back what was not committed.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // When it has returned, all is on disk. When it throws, nothing is.
  void commit();

 private:
  std::shared_ptr<Connection> connection_;  // empty: committed
};

}  // namespace ashlar::store
