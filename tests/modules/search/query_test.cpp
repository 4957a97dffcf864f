#include "query.hpp"

#include <doctest/doctest.h>

using search::InvalidQuery;
using search::to_fts5;

TEST_CASE("every word of a text must occur, each as the beginning of one") {
  CHECK(to_fts5("green tea") == R"("green"* "tea"*)");
  CHECK(to_fts5("  café\t") == R"("café"*)");
}

TEST_CASE("the syntax of FTS5 has no power in a search text") {
  CHECK(to_fts5("tea OR NOT cup") == R"("tea"* "OR"* "NOT"* "cup"*)");
  CHECK(to_fts5(R"(name:"tea" ^cup* NEAR(a b, 2))") == R"("name"* "tea"* "cup"* "NEAR"* "a"* "b"* "2"*)");
  CHECK(to_fts5(R"(" OR 1=1 --)") == R"("OR"* "1"* "1"*)");
  CHECK(to_fts5(std::string("tea\0cup", 7)) == R"("tea"* "cup"*)");
}

TEST_CASE("a text that cannot be searched for is refused with the reason") {
  CHECK_THROWS_AS((void)to_fts5(""), InvalidQuery);
  CHECK_THROWS_AS((void)to_fts5("\"*^-+ ()"), InvalidQuery);
  CHECK_THROWS_AS((void)to_fts5("tea\xff"), InvalidQuery);
  CHECK_THROWS_AS((void)to_fts5("caf\xc3"), InvalidQuery);
  CHECK_THROWS_AS((void)to_fts5(std::string(201, 'a')), InvalidQuery);
  CHECK_NOTHROW((void)to_fts5(std::string(200, 'a')));
}
