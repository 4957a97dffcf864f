#include "order_store.hpp"

#include <array>
#include <ashlar/errors.hpp>
#include <ashlar/store/migrate.hpp>
#include <ashlar/store/transaction.hpp>
#include <string>
#include <utility>

namespace orders {

namespace {

// As the rows say it, in the order of Status.
constexpr std::array<std::string_view, 6> words = {"placing", "placed",     "shipping",
                                                   "shipped", "cancelling", "cancelled"};

Status status_of(const std::string& word) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == word) return static_cast<Status>(i);
  }
  throw ashlar::Error("orders_order: there is no status '" + word + "'");
}

Order order_of(const ashlar::store::Statement& row) {
  return {.order_id = row.get<std::string>(0),
          .customer_id = row.get<std::string>(1),
          .status = status_of(row.get<std::string>(2)),
          .placed_at = row.get<Time>(3),
          .note = row.get<std::optional<std::string>>(4),
          .shipped_at = row.get<std::optional<Time>>(5),
          .cancelled_at = row.get<std::optional<Time>>(6),
          .cancel_reason = row.get<std::optional<std::string>>(7)};
}

}  // namespace

std::string_view word_of(Status status) { return words.at(static_cast<std::size_t>(status)); }

OrderStore::OrderStore(ashlar::store::Database database) : database_(std::move(database)) {
  ashlar::store::migrate(database_, "orders",
                         {"CREATE TABLE orders_order ("
                          "  order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, status TEXT NOT NULL,"
                          "  placed_at INTEGER NOT NULL, note TEXT, shipped_at INTEGER, cancelled_at INTEGER,"
                          "  cancel_reason TEXT) STRICT;"
                          "CREATE INDEX orders_order_unfinished ON orders_order (status)"
                          "  WHERE status IN ('placing', 'shipping', 'cancelling');"
                          "CREATE TABLE orders_line ("
                          "  order_id TEXT NOT NULL REFERENCES orders_order ON DELETE CASCADE, line INTEGER NOT NULL,"
                          "  item_id TEXT NOT NULL, quantity INTEGER NOT NULL, unit_price_cents INTEGER NOT NULL,"
                          "  discount_percent INTEGER NOT NULL, PRIMARY KEY (order_id, line)) STRICT, WITHOUT ROWID"});
}

std::optional<Order> OrderStore::add(const Order& order) {
  ashlar::store::Transaction transaction(database_, mutex_);
  if (auto same = stored(order.order_id)) return same;
  database_.run("INSERT INTO orders_order (order_id, customer_id, status, placed_at, note) VALUES (?, ?, ?, ?, ?)",
                order.order_id, order.customer_id, word_of(order.status), order.placed_at, order.note);
  auto insert = database_.prepare(
      "INSERT INTO orders_line (order_id, line, item_id, quantity, unit_price_cents, discount_percent)"
      " VALUES (?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < order.lines.size(); ++i) {
    const Line& line = order.lines[i];
    insert.bind(order.order_id, static_cast<std::int64_t>(i), line.item_id, line.quantity, line.unit_price_cents,
                line.discount_percent);
    insert.step();
  }
  transaction.commit();
  return std::nullopt;
}

bool OrderStore::remove(std::string_view order_id) {
  const std::lock_guard lock(mutex_);
  return database_.run("DELETE FROM orders_order WHERE order_id = ? AND status = 'placing'", order_id) == 1;
}

bool OrderStore::begin_shipping(std::string_view order_id, Time shipped_at) {
  const std::lock_guard lock(mutex_);
  return database_.run(
             "UPDATE orders_order SET status = 'shipping', shipped_at = ? WHERE order_id = ? AND status = 'placed'",
             shipped_at, order_id) == 1;
}

bool OrderStore::take_back_shipping(std::string_view order_id) {
  const std::lock_guard lock(mutex_);
  return database_.run(
             "UPDATE orders_order SET status = 'placed', shipped_at = NULL WHERE order_id = ? AND status = 'shipping'",
             order_id) == 1;
}

bool OrderStore::begin_cancelling(std::string_view order_id, Time cancelled_at, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  return database_.run(
             "UPDATE orders_order SET status = 'cancelling', cancelled_at = ?, cancel_reason = ?"
             " WHERE order_id = ? AND status = 'placed'",
             cancelled_at, reason, order_id) == 1;
}

bool OrderStore::advance(std::string_view order_id, Status from, Status to, const Publish& publish) {
  ashlar::store::Transaction transaction(database_, mutex_);
  const auto changed = database_.run("UPDATE orders_order SET status = ? WHERE order_id = ? AND status = ?",
                                     word_of(to), order_id, word_of(from));
  if (changed == 0) return false;
  publish(transaction);
  transaction.commit();
  return true;
}

std::optional<Order> OrderStore::find(std::string_view order_id) {
  const std::lock_guard lock(mutex_);
  return stored(order_id);
}

std::vector<Order> OrderStore::unfinished() {
  const std::lock_guard lock(mutex_);
  auto row = database_.query(
      "SELECT order_id FROM orders_order WHERE status IN ('placing', 'shipping', 'cancelling') ORDER BY rowid");
  std::vector<Order> found;
  while (row.step()) found.push_back(stored(row.get<std::string>(0)).value());
  return found;
}

void OrderStore::check() {
  const std::lock_guard lock(mutex_);
  database_.query("SELECT 1 FROM orders_order LIMIT 1").step();
}

std::optional<Order> OrderStore::stored(std::string_view order_id) {
  auto row = database_.query(
      "SELECT order_id, customer_id, status, placed_at, note, shipped_at, cancelled_at, cancel_reason"
      " FROM orders_order WHERE order_id = ?",
      order_id);
  if (!row.step()) return std::nullopt;
  Order order = order_of(row);
  auto line = database_.query(
      "SELECT item_id, quantity, unit_price_cents, discount_percent FROM orders_line WHERE order_id = ? ORDER BY line",
      order_id);
  while (line.step()) {
    order.lines.push_back(
        {line.get<std::string>(0), line.get<std::int32_t>(1), line.get<std::int64_t>(2), line.get<std::int32_t>(3)});
  }
  return order;
}

}  // namespace orders
