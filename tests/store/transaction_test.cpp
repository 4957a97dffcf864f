#include <doctest/doctest.h>

#include <ashlar/store/transaction.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "message_of.hpp"

using ashlar::store::Database;
using ashlar::store::Transaction;

namespace {

std::int64_t count(Database& database) {
  auto row = database.query("SELECT count(*) FROM item");
  row.step();
  return row.get<std::int64_t>(0);
}

}  // namespace

TEST_CASE("a transaction that is not committed leaves no trace") {
  Database database = Database::in_memory();
  database.execute("CREATE TABLE item (id INTEGER)");
  {
    Transaction transaction(database);
    database.run("INSERT INTO item VALUES (1)");
    CHECK(count(database) == 1);
  }
  CHECK(count(database) == 0);
}

TEST_CASE("an exception rolls a transaction back") {
  Database database = Database::in_memory();
  database.execute("CREATE TABLE item (id INTEGER)");
  try {
    Transaction transaction(database);
    database.run("INSERT INTO item VALUES (1)");
    throw std::runtime_error("half way");
  } catch (const std::runtime_error&) {}
  CHECK(count(database) == 0);
}

TEST_CASE("others see nothing of a transaction before its commit, and all of it afterwards") {
  const ashlar::testing::TemporaryDirectory folder;
  Database writer(folder.path() / "shop.db");
  Database reader(folder.path() / "shop.db");
  writer.execute("CREATE TABLE item (id INTEGER)");
  Transaction transaction(writer);
  writer.run("INSERT INTO item VALUES (1), (2)");
  CHECK(count(reader) == 0);
  transaction.commit();
  CHECK(count(reader) == 2);
  transaction.commit();
  CHECK(count(reader) == 2);
}

TEST_CASE("a transaction inside a transaction of the same database is an error") {
  Database database = Database::in_memory();
  Transaction transaction(database);
  CHECK(message_of([&] { Transaction inner(database); }).find("cannot start a transaction within a transaction") !=
        std::string::npos);
}

TEST_CASE("writers with a connection each wait for one another, and lose nothing") {
  const ashlar::testing::TemporaryDirectory folder;
  Database database(folder.path() / "shop.db");
  database.execute("CREATE TABLE item (id INTEGER)");
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&folder] {
      Database own(folder.path() / "shop.db");
      for (int i = 0; i < 10; ++i) {
        Transaction transaction(own);
        const std::int64_t before = count(own);
        own.run("INSERT INTO item VALUES (?)", before);
        transaction.commit();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  auto row = database.query("SELECT count(*), count(DISTINCT id), max(id) FROM item");
  REQUIRE(row.step());
  CHECK(row.get<int>(0) == 40);
  CHECK(row.get<int>(1) == 40);
  CHECK(row.get<int>(2) == 39);
}

TEST_CASE("a transaction takes the mutex of its database, and frees it before the handlers of its events are called") {
  Database database = Database::in_memory();
  std::mutex mutex;
  bool was_free = false;
  {
    Transaction transaction(database, mutex);
    transaction.after_commit([&] {
      const std::unique_lock lock(mutex, std::try_to_lock);
      was_free = lock.owns_lock();
      Transaction another(database);
      another.commit();
    });
    std::thread([&] { CHECK_FALSE(std::unique_lock(mutex, std::try_to_lock).owns_lock()); }).join();
    transaction.commit();
  }
  CHECK(was_free);
  { const Transaction rolled_back(database, mutex); }
  CHECK(std::unique_lock(mutex, std::try_to_lock).owns_lock());
}
