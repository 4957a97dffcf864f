#pragma once

#include <cstdint>
#include <orders/events.hpp>
#include <string>

namespace analytics {

// Money in ten-thousandths of the currency's unit: cents * pieces * (100 - percent) is one of these, so that nothing
// is ever rounded.
using TenThousandths = std::int64_t;

// What a line brings, its discount taken off. Throws ashlar::Error past 922 billion.
TenThousandths revenue_of(const orders::Line& line);

// With a point and all four decimals: 1265793.0395.
std::string decimal(TenThousandths amount);

// YYYY-MM, in UTC.
std::string month_of(orders::Time time);

}  // namespace analytics
