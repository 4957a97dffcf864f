#pragma once

#include <ashlar/store/projection.hpp>
#include <map>
#include <optional>
#include <orders/events.hpp>
#include <string>
#include <string_view>

#include "revenue.hpp"

namespace analytics {

enum class Grouping { customer, item, month };

// `customer`, `item` or `month`; nothing for any other word.
std::optional<Grouping> grouping_of(std::string_view word);

// What the orders brought: tables that follow from the log, filled by the stream consumer `analytics.revenue`. An order counts
// once, and no more once it is cancelled. Any thread.
class RevenueBook {
 public:
  RevenueBook(ashlar::store::DurableLog& log, ashlar::store::Store& store);

  void filled_by(ashlar::StreamConsumer consumer);

  // Waits until everything that is in the log is counted.
  void catch_up();

  TenThousandths total();

  // By customer ID, item ID or the month (YYYY-MM) in which the order was placed. Those whose orders were all
  // cancelled are left out.
  std::map<std::string, TenThousandths> by(Grouping grouping);

  // Throws where the database does not answer.
  void check();

 private:
  ashlar::store::Projection projection_;
};

}  // namespace analytics
