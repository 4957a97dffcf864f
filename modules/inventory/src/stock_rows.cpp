#include "stock_rows.hpp"

#include <ashlar/routes.hpp>
#include <ashlar/store/migrate.hpp>

namespace inventory {

StockRows::StockRows(ashlar::store::Database& database) : database_(database) {
  ashlar::store::migrate(database_, "inventory",
                         {"CREATE TABLE inventory_stock ("
                          "  item_id TEXT PRIMARY KEY, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL,"
                          "  owed INTEGER NOT NULL, reorder_level INTEGER NOT NULL, is_low INTEGER NOT NULL) STRICT;"
                          "CREATE TABLE inventory_reservation ("
                          "  number INTEGER PRIMARY KEY AUTOINCREMENT, order_id TEXT NOT NULL, item_id TEXT NOT NULL,"
                          "  quantity INTEGER NOT NULL, missing INTEGER NOT NULL, is_open INTEGER NOT NULL) STRICT;"
                          "CREATE INDEX inventory_reservation_order ON inventory_reservation (order_id);"
                          "CREATE INDEX inventory_reservation_waiting ON inventory_reservation (item_id, number)"
                          "  WHERE is_open AND missing > 0;"
                          "CREATE TABLE inventory_delivery ("
                          "  delivery_id TEXT PRIMARY KEY, item_id TEXT NOT NULL, quantity INTEGER NOT NULL) STRICT"});
}

std::optional<Level> StockRows::find(std::string_view item_id) {
  auto row = database_.query(
      "SELECT item_id, on_hand, reserved, owed, reorder_level, is_low FROM inventory_stock WHERE item_id = ?", item_id);
  if (!row.step()) return std::nullopt;
  return Level{.stock = {row.get<std::string>(0), row.get<std::int64_t>(1), row.get<std::int64_t>(2),
                         row.get<std::int64_t>(3), row.get<std::int64_t>(4)},
               .is_low = row.get<bool>(5)};
}

void StockRows::put(const Level& level) {
  const StockLevel& stock = level.stock;
  database_.run(
      "INSERT OR REPLACE INTO inventory_stock (item_id, on_hand, reserved, owed, reorder_level, is_low)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      stock.item_id, stock.on_hand, stock.reserved, stock.owed, stock.reorder_level, level.is_low);
}

std::vector<Reservation> StockRows::of_order(std::string_view order_id) {
  return reservations("order_id = ?", order_id);
}

std::vector<Reservation> StockRows::open_of_order(std::string_view order_id) {
  return reservations("order_id = ? AND is_open", order_id);
}

std::vector<Reservation> StockRows::waiting_for(std::string_view item_id) {
  return reservations("item_id = ? AND is_open AND missing > 0", item_id);
}

void StockRows::add(std::string_view order_id, const Reservation& reservation) {
  database_.run(
      "INSERT INTO inventory_reservation (order_id, item_id, quantity, missing, is_open) VALUES (?, ?, ?, ?, TRUE)",
      order_id, reservation.item_id, reservation.quantity, reservation.missing);
}

void StockRows::put_missing(std::int64_t number, std::int64_t missing) {
  database_.run("UPDATE inventory_reservation SET missing = ? WHERE number = ?", missing, number);
}

void StockRows::close_order(std::string_view order_id) {
  database_.run("UPDATE inventory_reservation SET is_open = FALSE WHERE order_id = ?", order_id);
}

void StockRows::forget_open(std::string_view order_id) {
  database_.run("DELETE FROM inventory_reservation WHERE order_id = ? AND is_open", order_id);
}

bool StockRows::add_delivery(std::string_view delivery_id, std::string_view item_id, std::int64_t quantity) {
  auto row = database_.query("SELECT item_id, quantity FROM inventory_delivery WHERE delivery_id = ?", delivery_id);
  if (row.step()) {
    if (row.get<std::string>(0) == item_id && row.get<std::int64_t>(1) == quantity) return false;
    throw ashlar::HttpError(409, "/delivery_id",
                            "the id '" + std::string(delivery_id) + "' belongs to another delivery");
  }
  database_.run("INSERT INTO inventory_delivery (delivery_id, item_id, quantity) VALUES (?, ?, ?)", delivery_id,
                item_id, quantity);
  return true;
}

std::vector<Reservation> StockRows::reservations(std::string_view where, std::string_view value) {
  auto row = database_.query("SELECT number, item_id, quantity, missing FROM inventory_reservation WHERE " +
                                 std::string(where) + " ORDER BY number",
                             value);
  std::vector<Reservation> found;
  while (row.step()) {
    found.push_back(
        {row.get<std::int64_t>(0), row.get<std::string>(1), row.get<std::int64_t>(2), row.get<std::int64_t>(3)});
  }
  return found;
}

}  // namespace inventory
