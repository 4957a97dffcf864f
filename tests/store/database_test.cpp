#include <doctest/doctest.h>

#include <ashlar/errors.hpp>
#include <ashlar/store/database.hpp>
#include <ashlar/store/transaction.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <string>

#include "message_of.hpp"

using ashlar::store::Database;

TEST_CASE("what one connection commits, another one of the same file reads") {
  const ashlar::testing::TemporaryDirectory folder;
  Database writer(folder.path() / "shop.db");
  Database reader(folder.path() / "shop.db");
  writer.execute("CREATE TABLE item (name TEXT); INSERT INTO item VALUES ('mortar')");
  auto row = reader.query("SELECT name FROM item");
  REQUIRE(row.step());
  CHECK(row.get<std::string>(0) == "mortar");
}

TEST_CASE("a file is opened so that commits survive a power cut and foreign keys are enforced") {
  const ashlar::testing::TemporaryDirectory folder;
  Database database(folder.path() / "shop.db");
  const auto setting = [&](const std::string& name) {
    auto row = database.query("SELECT CAST(" + name + " AS TEXT) FROM pragma_" + name);
    return row.step() ? row.get<std::string>(0) : "";
  };
  CHECK(setting("journal_mode") == "wal");
  CHECK(setting("synchronous") == "3");
  CHECK(setting("foreign_keys") == "1");
}

TEST_CASE("a file that cannot be opened is named with the reason") {
  const ashlar::testing::TemporaryDirectory folder;
  const auto file = folder.path() / "nowhere" / "shop.db";
  CHECK(message_of([&] { Database database(file); }) ==
        "cannot open the database " + file.string() + ": unable to open database file");
}

TEST_CASE("a file that is no database is refused, and stays as it was") {
  const ashlar::testing::TemporaryDirectory folder;
  write_file(folder.path() / "shop.db", "this is no database, however long one reads in it");
  CHECK(message_of([&] { Database database(folder.path() / "shop.db"); }).find("file is not a database") !=
        std::string::npos);
  CHECK(read_file(folder.path() / "shop.db") == "this is no database, however long one reads in it");
}

TEST_CASE("an error says what and where, and never what was bound") {
  Database database = Database::in_memory();
  database.execute("CREATE TABLE user (email TEXT UNIQUE)");
  database.run("INSERT INTO user (email) VALUES (?)", "secret@example.com");
  CHECK(message_of([&] { database.run("INSERT INTO user (email)\n  VALUES (?)", "secret@example.com"); }) ==
        "database in memory: UNIQUE constraint failed: user.email (in `INSERT INTO user (email) VALUES (?)`)");
}

TEST_CASE("only the beginning of a long statement stands in an error") {
  Database database = Database::in_memory();
  const std::string message = message_of([&] { database.execute("SELEKT " + std::string(10'000, 'x')); });
  CHECK(message.size() < 200);
  CHECK(message.find("SELEKT xxx") != std::string::npos);
}

TEST_CASE("run() tells how many rows it changed") {
  Database database = Database::in_memory();
  CHECK(database.run("CREATE TABLE item (id INTEGER)") == 0);
  CHECK(database.run("INSERT INTO item VALUES (1), (2), (3)") == 3);
  CHECK(database.run("UPDATE item SET id = id + 10 WHERE id > ?", 1) == 2);
  CHECK(database.run("DELETE FROM item WHERE id = ?", 99) == 0);
}

TEST_CASE("run() changes no rows that an earlier statement has changed") {
  Database database = Database::in_memory();
  database.execute("CREATE TABLE item (id INTEGER); INSERT INTO item VALUES (1), (2)");
  CHECK(database.run("SELECT id FROM item") == 0);
}
