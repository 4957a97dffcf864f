#include "import/csv.hpp"

#include <doctest/doctest.h>

using shop::CsvLimits;
using shop::ImportError;
using shop::read_csv;

namespace {

using Texts = std::vector<std::vector<std::string>>;

Texts texts(std::string_view text, const CsvLimits& limits = {}) {
  Texts rows;
  for (const shop::CsvRow& row : read_csv(text, "a.csv", limits)) {
    rows.emplace_back();
    for (const shop::CsvField& field : row) rows.back().push_back(field.text);
  }
  return rows;
}

std::string problem(std::string_view text, const CsvLimits& limits = {}) {
  try {
    (void)read_csv(text, "a.csv", limits);
  } catch (const ImportError& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("rows end in LF or CRLF, the last one may end with the file") {
  const Texts expected{{"id", "name"}, {"1", "tea"}};
  CHECK(texts("id,name\n1,tea\n") == expected);
  CHECK(texts("id,name\r\n1,tea\r\n") == expected);
  CHECK(texts("id,name\n1,tea") == expected);
  CHECK(texts("id,name\n1,tea\n\r\n\n") == expected);
  CHECK(texts("\xef\xbb\xbfid,name\n1,tea\n") == expected);
  CHECK(texts("id,name\n,\n") == Texts{{"id", "name"}, {"", ""}});
}

TEST_CASE("a quoted field holds commas, quotes and line breaks") {
  CHECK(texts("a,b\n\"x, \"\"y\"\"\",\"1\r\n2\"\n\"\",\"\"\"\"\n") ==
        Texts{{"a", "b"}, {"x, \"y\"", "1\n2"}, {"", "\""}});
}

TEST_CASE("every field knows its place, in lines and characters") {
  const auto rows = read_csv("ä,b,c\n\"1\n2\",ü,x\n", "a.csv");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0][1].column == 3);
  CHECK(rows[1][0].line == 2);
  CHECK(rows[1][1].line == 3);
  CHECK(rows[1][1].column == 4);
  CHECK(rows[1][2].column == 6);
}

TEST_CASE("a comma before a blank belongs to the text where the row would be too long") {
  CHECK(texts("id,street,city\n1,Rua do Paço, 67,Rio\n2,a, b, c,d\n3,x,y\n") ==
        Texts{{"id", "street", "city"}, {"1", "Rua do Paço, 67", "Rio"}, {"2", "a, b, c", "d"}, {"3", "x", "y"}});
  CHECK(texts("id,name\n1, tea\n") == Texts{{"id", "name"}, {"1", " tea"}});
}

TEST_CASE("a row of another width than the first is refused with its place") {
  CHECK(problem("a,b\n1,2\n1,2,3\n") ==
        "a.csv:3:5: 3 fields, but the first line names 2 columns: a field that holds a comma stands in quotes");
  CHECK(problem("a,b,c\n1,2\n") == "a.csv:2:3: 2 fields, but the first line names 3 columns");
  CHECK(problem("a,b\n1,\"2\", 3\n").starts_with("a.csv:2:7: 3 fields"));
}

TEST_CASE("what RFC 4180 does not allow is refused with its place") {
  CHECK(problem("a,b\n1,x\"y\n") == "a.csv:2:4: a quote inside a field that does not begin with one");
  CHECK(problem("a,b\n\"1\"x,2\n") == "a.csv:2:4: text after the closing quote of a field");
  CHECK(problem("a,b\n1,\"2\n3\n") == "a.csv:2:3: a quoted field that never ends");
  CHECK(problem("a,b\n\n1,2\n") == "a.csv:2:1: an empty line");
  CHECK(problem("a,b\n1,ä\r2\n") == "a.csv:2:4: a control character");
  CHECK(problem(std::string("a,b\n1,\0\n", 8)) == "a.csv:2:3: a control character");
  CHECK(problem("a,b\n1,\xff\n") == "a.csv:2:3: a byte that is not UTF-8");
  CHECK(problem("a,b\n\"ü\xc3") == "a.csv:2:3: a byte that is not UTF-8");
  CHECK(problem("") == "a.csv:1:1: the file is empty: its first line names the columns");
}

TEST_CASE("what is larger than the limits is refused with its place") {
  CHECK(problem("a\n1\n2\n", {.rows = 1}) == "a.csv:3:1: more than 1 rows");
  CHECK(problem("a,b,c\n", {.columns = 2}) == "a.csv:1:5: more than 2 fields in a row");
  CHECK(problem("a\nüüü\n", {.field_bytes = 4}) == "a.csv:2:3: a field of more than 4 bytes");
  CHECK(problem("a,b\n1,2\n", {.fields = 3}) == "a.csv:2:3: more than 3 fields in the file");
  // Whatever a field is made of counts.
  CHECK(problem("a\n\"\n\n\n\"\n", {.field_bytes = 2}) == "a.csv:4:1: a field of more than 2 bytes");
  CHECK(problem("a\n\"\"\"\"\"\"\"\"\n", {.field_bytes = 2}) == "a.csv:2:7: a field of more than 2 bytes");
  CHECK(problem("a\n1, 2, 3\n", {.field_bytes = 4}).find("a field of more than 4 bytes") != std::string::npos);
  CHECK(problem("a\n1\n", {.bytes = 3}) == "a.csv:1:1: the file has more than 3 bytes");
}
