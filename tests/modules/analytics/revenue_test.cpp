#include "revenue.hpp"

#include <doctest/doctest.h>

#include <ashlar/errors.hpp>
#include <chrono>
#include <limits>

using analytics::decimal;
using analytics::month_of;
using analytics::revenue_of;

TEST_CASE("a line's revenue is exact to a ten-thousandth, whatever its discount") {
  CHECK(revenue_of({"1", 10, 1400, 0}) == 1'400'000);  // 10 * 14.00 = 140
  CHECK(revenue_of({"1", 1, 1, 99}) == 1);             // 0.01 less 99 % = 0.0001
  CHECK(revenue_of({"1", 3, 1999, 15}) == 509'745);    // 3 * 19.99 * 0.85 = 50.9745
  CHECK(revenue_of({"1", 5, 1234, 100}) == 0);
}

TEST_CASE("a revenue that no number can hold is refused instead of being wrong") {
  CHECK_THROWS_AS((void)revenue_of({"1", 2, std::numeric_limits<std::int64_t>::max(), 0}), ashlar::Error);
  CHECK_THROWS_AS((void)revenue_of({"1", 1, std::numeric_limits<std::int64_t>::max() / 10, 0}), ashlar::Error);
}

TEST_CASE("an amount is written with all four decimals") {
  CHECK(decimal(0) == "0.0000");
  CHECK(decimal(7) == "0.0007");
  CHECK(decimal(10'000) == "1.0000");
  CHECK(decimal(12'657'930'395) == "1265793.0395");
  CHECK(decimal(-1) == "-0.0001");
  CHECK(decimal(-123'456) == "-12.3456");
  CHECK(decimal(std::numeric_limits<std::int64_t>::min()) == "-922337203685477.5808");
}

TEST_CASE("an order's month is that of its time in UTC") {
  using namespace std::chrono;
  CHECK(month_of(sys_days{year{1996} / 7 / 4}) == "1996-07");
  CHECK(month_of(sys_days{year{2026} / 1 / 1} - milliseconds{1}) == "2025-12");
}
