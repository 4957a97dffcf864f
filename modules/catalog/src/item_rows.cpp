#include "item_rows.hpp"

#include <ashlar/store/migrate.hpp>
#include <string>

namespace catalog {

namespace {

Item item_of(const ashlar::store::Statement& row) {
  return {row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2), row.get<std::int64_t>(3),
          row.get<bool>(4)};
}

}  // namespace

ItemRows::ItemRows(ashlar::store::Database& database) : database_(database) {
  ashlar::store::migrate(database_, "catalog",
                         {"CREATE TABLE catalog_item ("
                          "  item_id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL,"
                          "  price_cents INTEGER NOT NULL, discontinued INTEGER NOT NULL,"
                          "  first_price_cents INTEGER NOT NULL) STRICT"});
}

std::optional<StoredItem> ItemRows::find(std::string_view item_id) {
  auto row = database_.query(
      "SELECT item_id, name, description, price_cents, discontinued, first_price_cents FROM catalog_item"
      " WHERE item_id = ?",
      item_id);
  if (!row.step()) return std::nullopt;
  return StoredItem{item_of(row), row.get<std::int64_t>(5)};
}

std::vector<Item> ItemRows::list(std::string_view after, int limit) {
  auto row = database_.query(
      "SELECT item_id, name, description, price_cents, discontinued FROM catalog_item"
      " WHERE item_id > ? ORDER BY item_id LIMIT ?",
      after, limit);
  std::vector<Item> items;
  while (row.step()) items.push_back(item_of(row));
  return items;
}

void ItemRows::add(const Item& item) {
  database_.run(
      "INSERT INTO catalog_item (item_id, name, description, price_cents, discontinued, first_price_cents)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      item.item_id, item.name, item.description, item.price_cents, item.discontinued, item.price_cents);
}

void ItemRows::put_price(std::string_view item_id, std::int64_t price_cents) {
  database_.run("UPDATE catalog_item SET price_cents = ? WHERE item_id = ?", price_cents, item_id);
}

}  // namespace catalog
