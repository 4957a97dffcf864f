#include "book.hpp"

#include <ashlar/store/migrate.hpp>
#include <ashlar/store/transaction.hpp>
#include <loyalty/events.hpp>
#include <utility>

namespace loyalty {
namespace {

std::int64_t euros_of(const orders::OrderPlaced& order) {
  std::int64_t cents = 0;
  for (const orders::Line& line : order.lines) {
    cents += line.quantity * line.unit_price_cents * (100 - line.discount_percent) / 100;
  }
  return cents / 100;
}

}  // namespace

Book::Book(ashlar::store::Database database, ashlar::EventBus& bus, users::Registration& users, const Options& options)
    : bus_(bus), users_(users), options_(options), database_(std::move(database)) {
  ashlar::store::migrate(database_, "loyalty",
                         {"CREATE TABLE loyalty_points (order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL,"
                          "  points INTEGER NOT NULL) WITHOUT ROWID"});
}

void Book::earn(const orders::OrderPlaced& order) {
  if (!users_.find(order.customer_id)) return;
  const std::int64_t points = euros_of(order) * options_.points_per_euro;
  ashlar::store::Transaction transaction(database_, mutex_);
  const std::int64_t before = sum_of(order.customer_id);
  const auto added =
      database_.run("INSERT OR IGNORE INTO loyalty_points VALUES (?, ?, ?)", order.order_id, order.customer_id, points);
  if (added == 0) return;
  const std::int64_t now = before + points;
  bus_.publish(transaction,
               PointsEarned{.customer_id = order.customer_id, .order_id = order.order_id, .points = points});
  if (before < options_.gold_from && now >= options_.gold_from) {
    bus_.publish(transaction, GoldReached{.customer_id = order.customer_id, .points = now});
  }
  transaction.commit();
}

std::int64_t Book::of(std::string_view customer_id) {
  const std::lock_guard lock(mutex_);
  return sum_of(customer_id);
}

std::int64_t Book::sum_of(std::string_view customer_id) {
  auto row = database_.query("SELECT coalesce(sum(points), 0) FROM loyalty_points WHERE customer_id = ?", customer_id);
  row.step();
  return row.get<std::int64_t>(0);
}

}  // namespace loyalty
