#include <doctest/doctest.h>

#include <ashlar/store/database.hpp>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "message_of.hpp"

using ashlar::store::Database;
using ashlar::store::Statement;

namespace {

template <class T>
T round_trip(const T& value) {
  Database database = Database::in_memory();
  Statement row = database.query("SELECT ?", value);
  REQUIRE(row.step());
  return row.get<T>(0);
}

}  // namespace

TEST_CASE("values come back as they were bound") {
  CHECK(round_trip(std::numeric_limits<std::int64_t>::min()) == std::numeric_limits<std::int64_t>::min());
  CHECK(round_trip(std::numeric_limits<std::int64_t>::max()) == std::numeric_limits<std::int64_t>::max());
  CHECK(round_trip(std::int32_t{-7}) == -7);
  CHECK(round_trip(true));
  CHECK(round_trip(0.1) == 0.1);
  CHECK(round_trip(std::string("Grüße")) == "Grüße");
  CHECK(round_trip(std::string()).empty());
  CHECK(round_trip(std::string("a\0b", 3)) == std::string("a\0b", 3));
  CHECK(round_trip(std::optional<std::string>("x")) == "x");
  CHECK(round_trip(std::optional<std::string>()) == std::nullopt);
  const ashlar::Time time{std::chrono::milliseconds(-12'345)};
  CHECK(round_trip(time) == time);
}

TEST_CASE("an empty text is a text, not NULL") {
  Database database = Database::in_memory();
  Statement row = database.query("SELECT ? IS NULL", std::string_view());
  REQUIRE(row.step());
  CHECK_FALSE(row.get<bool>(0));
}

TEST_CASE("a quote in a text is only a quote") {
  Database database = Database::in_memory();
  database.execute("CREATE TABLE item (name TEXT)");
  database.run("INSERT INTO item VALUES (?)", "'); DROP TABLE item; --");
  Statement row = database.query("SELECT name FROM item");
  REQUIRE(row.step());
  CHECK(row.get<std::string>(0) == "'); DROP TABLE item; --");
}

TEST_CASE("a statement steps through its rows, and can be used again") {
  Database database = Database::in_memory();
  Statement row = database.prepare("SELECT value FROM json_each(?)");
  for (const char* list : {"[1, 2]", "[3]"}) {
    row.bind(list);
    int sum = 0;
    while (row.step()) sum += row.get<int>(0);
    CHECK(sum == 3);
  }
}

TEST_CASE("a column of another type is an error that names it") {
  Database database = Database::in_memory();
  Statement row = database.query("SELECT 'text', NULL, 1 << 40");
  REQUIRE(row.step());
  const std::string in = " (in `SELECT 'text', NULL, 1 << 40`)";
  CHECK(message_of([&] { (void)row.get<std::int64_t>(0); }) == "database in memory: column 0 is no integer" + in);
  CHECK(message_of([&] { (void)row.get<std::string>(1); }) == "database in memory: column 1 is no text" + in);
  CHECK(message_of([&] { (void)row.get<std::int32_t>(2); }) == "database in memory: column 2 does not fit" + in);
  CHECK(message_of([&] { (void)row.get<std::string>(3); }) == "database in memory: column 3 does not exist" + in);
}

TEST_CASE("reading without a row is an error") {
  Database database = Database::in_memory();
  Statement row = database.query("SELECT 1");
  CHECK(message_of([&] { (void)row.get<int>(0); }).find("is read before step() has found a row") != std::string::npos);
  while (row.step()) continue;
  CHECK(message_of([&] { (void)row.get<int>(0); }).find("is read before step() has found a row") != std::string::npos);
}

TEST_CASE("too few and too many values are errors that give both numbers") {
  Database database = Database::in_memory();
  CHECK(message_of([&] { (void)database.query("SELECT ?, ?", 1); }).find("takes 2 values, not 1") != std::string::npos);
  CHECK(message_of([&] { (void)database.query("SELECT 1", 1); }).find("takes 0 values, not 1") != std::string::npos);
}

TEST_CASE("a second statement in the text is refused instead of ignored") {
  Database database = Database::in_memory();
  CHECK(message_of([&] { (void)database.prepare("SELECT 1; SELECT 2"); }).find("more than one statement") !=
        std::string::npos);
  CHECK(message_of([&] { (void)database.prepare("  "); }).find("there is no statement") != std::string::npos);
}

TEST_CASE("a statement may outlive its database") {
  std::optional<Database> database = Database::in_memory();
  Statement row = database->query("SELECT 42");
  database.reset();
  REQUIRE(row.step());
  CHECK(row.get<int>(0) == 42);
}
