#include "revenue.hpp"

#include <ashlar/errors.hpp>
#include <ashlar/time_text.hpp>

namespace analytics {

TenThousandths revenue_of(const orders::Line& line) {
  TenThousandths amount = 0;
  if (__builtin_mul_overflow(line.unit_price_cents, std::int64_t{line.quantity}, &amount) ||
      __builtin_mul_overflow(amount, std::int64_t{100} - line.discount_percent, &amount)) {
    throw ashlar::Error("the revenue of " + std::to_string(line.quantity) + " pieces of item '" + line.item_id +
                        "' at " + std::to_string(line.unit_price_cents) + " cents is too large to count");
  }
  return amount;
}

std::string decimal(TenThousandths amount) {
  std::string digits = std::to_string(amount);
  const std::string sign = amount < 0 ? "-" : "";
  digits.erase(0, sign.size());
  if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
  return sign + digits.insert(digits.size() - 4, ".");
}

std::string month_of(orders::Time time) { return ashlar::time_text(time).substr(0, 7); }

}  // namespace analytics
