#include <doctest/doctest.h>

#include "log_store_suite.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using Outcome = LogTest::Outcome;

TEST_CASE("E4: a clock that was set back far holds nothing up") {
  LogTest t(sqlite_bench());
  t.open("record");
  t.add_many(2);
  const Owner other = t.log().begin_owner();
  CHECK(t.claim("record", 1, other) == "1");
  CHECK(t.claim("record", 1) == "2");
  CHECK(t.settle("record", 2, Outcome::retry, 10s) == "done");
  t.now -= 24h;
  // What waited comes first and not alone; what somebody held was not answered in time.
  CHECK(t.claim("record", 1) == "1x2");
  CHECK(t.claim("record", 1) == "2x2");
}
