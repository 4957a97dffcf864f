#include <doctest/doctest.h>

#include <ashlar/store/migrate.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "message_of.hpp"

using ashlar::store::Database;
using ashlar::store::migrate;

namespace {

using Steps = std::vector<std::string_view>;

const Steps first = {"CREATE TABLE orders_order (id TEXT); INSERT INTO orders_order VALUES ('1')"};
const Steps both = {first[0], "ALTER TABLE orders_order ADD COLUMN note TEXT DEFAULT 'none'"};

std::string note(Database& database) {
  auto row = database.query("SELECT note FROM orders_order");
  return row.step() ? row.get<std::string>(0) : "";
}

}  // namespace

TEST_CASE("a step runs once, however often the program starts") {
  const ashlar::testing::TemporaryDirectory folder;
  for (int start = 0; start < 3; ++start) {
    Database database(folder.path() / "shop.db");
    migrate(database, "orders", first);
    auto row = database.query("SELECT count(*) FROM orders_order");
    REQUIRE(row.step());
    CHECK(row.get<int>(0) == 1);
  }
}

TEST_CASE("tables of an older version keep their rows and get what is new") {
  Database database = Database::in_memory();
  migrate(database, "orders", first);
  migrate(database, "orders", both);
  CHECK(note(database) == "none");
}

TEST_CASE("tables of a newer version are refused and stay as they are") {
  Database database = Database::in_memory();
  migrate(database, "orders", both);
  CHECK(
      message_of([&] { migrate(database, "orders", first); }) ==
      "the tables of module 'orders' have version 2, this program knows them up to 1: run the program that wrote them, "
      "or a newer one");
  CHECK(note(database) == "none");
}

TEST_CASE("a step that fails undoes those before it, and can be tried again") {
  Database database = Database::in_memory();
  const Steps broken = {first[0], "CREATE TABLE orders_order (id TEXT)"};
  CHECK(message_of([&] { migrate(database, "orders", broken); }).find("table orders_order already exists") !=
        std::string::npos);
  migrate(database, "orders", both);
  CHECK(note(database) == "none");
}

TEST_CASE("each module has a version of its own") {
  Database database = Database::in_memory();
  migrate(database, "orders", both);
  migrate(database, "users", {"CREATE TABLE users_user (id TEXT)"});
  migrate(database, "orders", both);
  CHECK(note(database) == "none");
}
