#include "revenue_book.hpp"

#include <cstdint>

namespace analytics {

using ashlar::store::ProjectionTables;

namespace {

// An order that was cancelled before, as when its event was retried from the dead letters, counts no more.
void count(const orders::OrderPlaced& event, const ProjectionTables& tables) {
  if (tables.run("INSERT OR IGNORE INTO {analytics_order} VALUES (?, ?, ?, 0)", event.order_id, event.customer_id,
                 month_of(event.placed_at)) == 0) {
    return;
  }
  auto insert = tables.prepare("INSERT INTO {analytics_line} VALUES (?, ?, ?, ?)");
  std::int64_t number = 0;
  for (const orders::Line& line : event.lines) {
    insert.bind(event.order_id, number++, line.item_id, revenue_of(line)).step();
  }
}

void take_out(const orders::OrderCancelled& event, const ProjectionTables& tables) {
  tables.run("INSERT INTO {analytics_order} VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET cancelled = 1",
             event.order_id, event.customer_id, month_of(event.placed_at));
  tables.run("DELETE FROM {analytics_line} WHERE order_id = ?", event.order_id);
}

}  // namespace

std::optional<Grouping> grouping_of(std::string_view word) {
  if (word == "customer") return Grouping::customer;
  if (word == "item") return Grouping::item;
  if (word == "month") return Grouping::month;
  return std::nullopt;
}

RevenueBook::RevenueBook(ashlar::store::DurableLog& log, ashlar::store::Store& store)
    : projection_(log, store,
                  {.name = "analytics.revenue",
                   .tables = {"analytics_order", "analytics_line"},
                   .schema = "CREATE TABLE {analytics_order} ("
                             "  order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, month TEXT NOT NULL,"
                             "  cancelled INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
                             "CREATE TABLE {analytics_line} ("
                             "  order_id TEXT NOT NULL, line INTEGER NOT NULL, item_id TEXT NOT NULL,"
                             "  revenue INTEGER NOT NULL, PRIMARY KEY (order_id, line)) STRICT, WITHOUT ROWID"}) {}

void RevenueBook::filled_by(ashlar::StreamConsumer consumer) { projection_.filled_by(consumer).on(count).on(take_out); }

void RevenueBook::catch_up() { (void)projection_.catch_up(); }

TenThousandths RevenueBook::total() {
  TenThousandths total = 0;
  projection_.read([&](const ProjectionTables& tables) {
    auto row = tables.query("SELECT coalesce(sum(revenue), 0) FROM {analytics_line}");
    row.step();
    total = row.get<TenThousandths>(0);
  });
  return total;
}

std::map<std::string, TenThousandths> RevenueBook::by(Grouping grouping) {
  const std::string key = grouping == Grouping::customer ? "customer_id"
                          : grouping == Grouping::item   ? "item_id"
                                                         : "month";
  std::map<std::string, TenThousandths> revenues;
  projection_.read([&](const ProjectionTables& tables) {
    auto row = tables.query("SELECT " + key +
                            " AS name, sum(revenue) FROM {analytics_line}"
                            " JOIN {analytics_order} USING (order_id) GROUP BY name");
    while (row.step()) revenues.emplace(row.get<std::string>(0), row.get<TenThousandths>(1));
  });
  return revenues;
}

void RevenueBook::check() {
  projection_.read(
      [](const ProjectionTables& tables) { (void)tables.query("SELECT 1 FROM {analytics_order} LIMIT 1").step(); });
}

}  // namespace analytics
