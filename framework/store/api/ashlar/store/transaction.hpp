#pragma once

#include <ashlar/store/database.hpp>
#include <ashlar/unit_of_work.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace ashlar::store {

// Everything that its database runs while it lives happens as one: after commit() all of it, otherwise nothing of it.
// Takes the file's only write lock at once, so call no other module before it has ended. Not nested. Events join it:
//
//   Transaction transaction(database, mutex);
//   database.run("INSERT INTO orders_order …", …);
//   bus.publish(transaction, OrderPlaced{…});
//   transaction.commit();
class [[nodiscard]] Transaction final : public UnitOfWork {
 public:
  explicit Transaction(Database& database);

  // The same with the mutex that guards the database: taken first, and free again when the commit has returned, before the
  // handlers of its events are called, which may call back.
  Transaction(Database& database, std::mutex& mutex);

  // Rolls back what was not committed.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // When it has returned, all is on disk, and the handlers of the events published in it have run. When it throws, nothing
  // is.
  void commit();

  void after_commit(std::function<void()> action) override;

 private:
  friend std::shared_ptr<Connection> connection_of(const Transaction& transaction);

  std::unique_lock<std::mutex> lock_{};
  std::shared_ptr<Connection> connection_;  // empty: committed
  std::vector<std::function<void()>> after_;
};

}  // namespace ashlar::store
