#include "item_store.hpp"

#include <ashlar/store/migrate.hpp>
#include <ashlar/store/transaction.hpp>
#include <string>
#include <utility>

namespace catalog {

namespace {

Item item_of(const ashlar::store::Statement& row) {
  return {row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2), row.get<std::int64_t>(3),
          row.get<bool>(4)};
}

}  // namespace

ItemStore::ItemStore(ashlar::store::Database database) : database_(std::move(database)) {
  ashlar::store::migrate(database_, "catalog",
                         {"CREATE TABLE catalog_item ("
                          "  item_id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL,"
                          "  price_cents INTEGER NOT NULL, discontinued INTEGER NOT NULL,"
                          "  first_price_cents INTEGER NOT NULL) STRICT"});
}

std::optional<StoredItem> ItemStore::add(const Item& item) {
  const std::lock_guard lock(mutex_);
  ashlar::store::Transaction transaction(database_);
  if (auto same = stored(item.item_id)) return same;
  database_.run(
      "INSERT INTO catalog_item (item_id, name, description, price_cents, discontinued, first_price_cents)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      item.item_id, item.name, item.description, item.price_cents, item.discontinued, item.price_cents);
  transaction.commit();
  return std::nullopt;
}

std::optional<Item> ItemStore::put_price(std::string_view item_id, std::int64_t price_cents) {
  const std::lock_guard lock(mutex_);
  ashlar::store::Transaction transaction(database_);
  const std::optional<StoredItem> before = stored(item_id);
  if (!before) return std::nullopt;
  database_.run("UPDATE catalog_item SET price_cents = ? WHERE item_id = ?", price_cents, item_id);
  transaction.commit();
  return before->item;
}

std::optional<Item> ItemStore::find(std::string_view item_id) {
  const std::lock_guard lock(mutex_);
  const std::optional<StoredItem> found = stored(item_id);
  return found ? std::optional(found->item) : std::nullopt;
}

std::vector<Item> ItemStore::list(std::string_view after, int limit) {
  const std::lock_guard lock(mutex_);
  auto row = database_.query(
      "SELECT item_id, name, description, price_cents, discontinued FROM catalog_item"
      " WHERE item_id > ? ORDER BY item_id LIMIT ?",
      after, limit);
  std::vector<Item> items;
  while (row.step()) items.push_back(item_of(row));
  return items;
}

void ItemStore::check() {
  const std::lock_guard lock(mutex_);
  database_.query("SELECT 1 FROM catalog_item LIMIT 1").step();
}

std::optional<StoredItem> ItemStore::stored(std::string_view item_id) {
  auto row = database_.query(
      "SELECT item_id, name, description, price_cents, discontinued, first_price_cents FROM catalog_item"
      " WHERE item_id = ?",
      item_id);
  if (!row.step()) return std::nullopt;
  return StoredItem{item_of(row), row.get<std::int64_t>(5)};
}

}  // namespace catalog
