#pragma once

#include <ashlar/store/statement.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace ashlar::store {

// One connection to an SQLite file. What is committed survives a crash and a power cut (write-ahead log, synchronous
// FULL); foreign keys are enforced; who finds the file locked by another connection waits up to five seconds. One
// thread at a time: a module gives its connection a mutex. Throws Error with the file, SQLite's message and the
// beginning of the SQL, never with the values bound.
class Database {
 public:
  // Opens the file, or makes it. Its folder exists.
  explicit Database(const std::filesystem::path& file);

  // Gone when closed; for tests.
  static Database in_memory();

  // Runs statements that take no values and give no rows, separated by `;`.
  void execute(std::string_view sql);

  // Runs one statement; returns how many rows it changed.
  template <class... Values>
  std::int64_t run(std::string_view sql, const Values&... values) {
    Statement statement = query(sql, values...);
    return finish(statement);
  }

  // A statement to step through:
  //   auto row = database.query("SELECT name FROM catalog_item WHERE item_id = ?", id);
  //   while (row.step()) names.push_back(row.get<std::string>(0));
  template <class... Values>
  Statement query(std::string_view sql, const Values&... values) {
    Statement statement = prepare(sql);
    statement.bind(values...);
    return statement;
  }

  // One statement, its `?` still empty. It may outlive the Database.
  Statement prepare(std::string_view sql);

 private:
  friend class Store;
  friend class Transaction;
  explicit Database(std::shared_ptr<Connection> connection);

  std::int64_t finish(Statement& statement);

  std::shared_ptr<Connection> connection_;
};

}  // namespace ashlar::store
