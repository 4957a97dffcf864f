#include "revenue_book.hpp"

#include <ashlar/store/migrate.hpp>
#include <ashlar/store/transaction.hpp>
#include <utility>
#include <vector>

namespace analytics {

std::optional<Grouping> grouping_of(std::string_view word) {
  if (word == "customer") return Grouping::customer;
  if (word == "item") return Grouping::item;
  if (word == "month") return Grouping::month;
  return std::nullopt;
}

RevenueBook::RevenueBook(const std::filesystem::path& file) : database_(file) {
  ashlar::store::migrate(database_, "analytics",
                         {"CREATE TABLE analytics_order ("
                          "  order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, month TEXT NOT NULL,"
                          "  cancelled INTEGER NOT NULL) WITHOUT ROWID",
                          "CREATE TABLE analytics_line ("
                          "  order_id TEXT NOT NULL, line INTEGER NOT NULL, item_id TEXT NOT NULL,"
                          "  revenue INTEGER NOT NULL, PRIMARY KEY (order_id, line)) WITHOUT ROWID"});
}

void RevenueBook::count(const orders::OrderPlaced& event) {
  std::vector<TenThousandths> revenues;
  for (const orders::Line& line : event.lines) revenues.push_back(revenue_of(line));
  const std::lock_guard lock(mutex_);
  ashlar::store::Transaction transaction(database_);
  const auto added = database_.run("INSERT OR IGNORE INTO analytics_order VALUES (?, ?, ?, 0)", event.order_id,
                                   event.customer_id, month_of(event.placed_at));
  if (added == 0) return;
  auto insert = database_.prepare("INSERT INTO analytics_line VALUES (?, ?, ?, ?)");
  for (std::size_t i = 0; i < revenues.size(); ++i) {
    insert.bind(event.order_id, static_cast<std::int64_t>(i), event.lines[i].item_id, revenues[i]).step();
  }
  transaction.commit();
}

void RevenueBook::take_out(const orders::OrderCancelled& event) {
  const std::lock_guard lock(mutex_);
  ashlar::store::Transaction transaction(database_);
  database_.run("INSERT INTO analytics_order VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET cancelled = 1",
                event.order_id, event.customer_id, month_of(event.placed_at));
  database_.run("DELETE FROM analytics_line WHERE order_id = ?", event.order_id);
  transaction.commit();
}

TenThousandths RevenueBook::total() {
  const std::lock_guard lock(mutex_);
  auto row = database_.query("SELECT coalesce(sum(revenue), 0) FROM analytics_line");
  row.step();
  return row.get<TenThousandths>(0);
}

std::map<std::string, TenThousandths> RevenueBook::by(Grouping grouping) {
  const char* key = grouping == Grouping::customer ? "customer_id" : grouping == Grouping::item ? "item_id" : "month";
  const std::lock_guard lock(mutex_);
  auto row =
      database_.query("SELECT " + std::string(key) +
                      " AS name, sum(revenue) FROM analytics_line JOIN analytics_order USING (order_id) GROUP BY name");
  std::map<std::string, TenThousandths> revenues;
  while (row.step()) revenues.emplace(row.get<std::string>(0), row.get<TenThousandths>(1));
  return revenues;
}

void RevenueBook::check() {
  const std::lock_guard lock(mutex_);
  (void)database_.query("SELECT 1 FROM analytics_order LIMIT 1").step();
}

}  // namespace analytics
