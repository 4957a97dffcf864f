#pragma once

#include <ashlar/store/store.hpp>
#include <ashlar/store/transaction.hpp>

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gate.hpp"

namespace ashlar::store {

// The open SQLite handle, shared by the database and whatever it gave out.
class Connection {
 public:
  // `file` is a path or `:memory:`; `name` stands for it in errors. `gate` is that of its store, or null.
  Connection(const std::string& file, std::string name, Synchronous synchronous = Synchronous::full,
             std::shared_ptr<Gate> gate = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void execute(std::string_view sql);

  // A transaction with SQLite's only write lock; ends by commit() or roll_back().
  void begin();
  void commit();
  void roll_back() noexcept;

  // Whether commits wait for the disk from now on, where the connection was opened to do so; outside transactions.
  void wait_for_disk(bool waits);

  // Inside a transaction or right after it: changes with every commit to the file, whoever's it was.
  unsigned data_version() const;

  // The statement of a literal, prepared once and kept; not while another use of it has not ended. See Query.
  sqlite3_stmt* cached(const char* sql);

  // Throws Error with the message of the last call that failed; StoreFull when the disk is.
  [[noreturn]] void fail(std::string_view sql) const;
  [[noreturn]] void fail(std::string_view sql, std::string_view problem) const;

  sqlite3* handle() const { return handle_; }
  const std::shared_ptr<Gate>& gate() const { return gate_; }

 private:
  void configure(Synchronous synchronous);

  std::string name_;
  std::shared_ptr<Gate> gate_;
  sqlite3* handle_ = nullptr;
  bool may_wait_ = false;
  bool waits_ = false;
  std::unordered_map<const char*, sqlite3_stmt*> cached_;
};

// What a transaction runs on; null after its commit.
std::shared_ptr<Connection> connection_of(const Transaction& transaction);

}  // namespace ashlar::store
