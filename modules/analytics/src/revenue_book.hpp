#pragma once

#include <ashlar/store/database.hpp>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <orders/events.hpp>
#include <string>
#include <string_view>

#include "revenue.hpp"

namespace analytics {

enum class Grouping { customer, item, month };

// `customer`, `item` or `month`; nothing for any other word.
std::optional<Grouping> grouping_of(std::string_view word);

// What the orders brought. An order counts once however often it is heard of, and no more once it is cancelled, in
// whatever order the two are heard. Any thread.
class RevenueBook {
 public:
  explicit RevenueBook(const std::filesystem::path& file);

  void count(const orders::OrderPlaced& event);
  void take_out(const orders::OrderCancelled& event);

  TenThousandths total();

  // By customer ID, item ID or the month (YYYY-MM) in which the order was placed. Those whose orders were all
  // cancelled are left out.
  std::map<std::string, TenThousandths> by(Grouping grouping);

  // Throws where the database does not answer.
  void check();

 private:
  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
};

}  // namespace analytics
