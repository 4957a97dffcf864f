#include "report.hpp"

#include <doctest/doctest.h>

TEST_CASE("a report's text has its decimal points below each other") {
  CHECK(analytics::report_text({{"ALFKI", 42'730'000}, {"B", 5}, {"Ö", 12'345'678}}) ==
        "ALFKI  4273.0000\n"
        "B         0.0005\n"
        "Ö      1234.5678\n");
  CHECK(analytics::report_text({}).empty());
}

TEST_CASE("a report's JSON is one object from name to a decimal string") {
  CHECK(analytics::report_json({{"1996-07", 278'618'950}, {"1996-08", 1}}) ==
        R"({"1996-07":"27861.8950","1996-08":"0.0001"})");
  CHECK(analytics::report_json({}) == "{}");
}
