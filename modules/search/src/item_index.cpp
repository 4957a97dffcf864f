#include "item_index.hpp"

#include <ashlar/store/migrate.hpp>
#include <ashlar/store/transaction.hpp>
#include <utility>

#include "query.hpp"

namespace search {

ItemIndex::ItemIndex(ashlar::store::Database database) : database_(std::move(database)) {
  ashlar::store::migrate(database_, "search",
                         {"CREATE TABLE search_item ("
                          "  number INTEGER PRIMARY KEY, item_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
                          "  description TEXT NOT NULL, price_cents INTEGER NOT NULL)",
                          "CREATE VIRTUAL TABLE search_words USING fts5("
                          "  name, description, content = 'search_item', content_rowid = 'number',"
                          "  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"});
}

void ItemIndex::add(const catalog::ItemAdded& event) {
  ashlar::store::Transaction transaction(database_, mutex_);
  const auto added =
      database_.run("INSERT OR IGNORE INTO search_item (item_id, name, description, price_cents) VALUES (?, ?, ?, ?)",
                    event.item_id, event.name, event.description, event.price_cents);
  if (added == 0) return;
  database_.run("INSERT INTO search_words (rowid, name, description) VALUES (last_insert_rowid(), ?, ?)", event.name,
                event.description);
  transaction.commit();
}

void ItemIndex::change_price(const catalog::PriceChanged& event) {
  const std::lock_guard lock(mutex_);
  database_.run("UPDATE search_item SET price_cents = ? WHERE item_id = ?", event.new_price_cents, event.item_id);
}

std::vector<Hit> ItemIndex::find(std::string_view text, int limit) {
  const std::string query = to_fts5(text);
  const std::lock_guard lock(mutex_);
  auto row = database_.query(
      "SELECT item_id, item.name, item.description, price_cents FROM search_words"
      " JOIN search_item item ON number = search_words.rowid WHERE search_words MATCH ?"
      " ORDER BY bm25(search_words, 10.0, 1.0), item_id LIMIT ?",
      query, limit);
  std::vector<Hit> hits;
  while (row.step()) {
    hits.push_back(
        {row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2), row.get<std::int64_t>(3)});
  }
  return hits;
}

void ItemIndex::check() {
  const std::lock_guard lock(mutex_);
  (void)database_.query("SELECT 1 FROM search_item LIMIT 1").step();
}

}  // namespace search
