#include "stock_book.hpp"

#include <algorithm>
#include <ashlar/routes.hpp>
#include <ashlar/store/transaction.hpp>
#include <utility>

namespace inventory {

namespace {

constexpr std::int64_t most_units = 1'000'000'000;
constexpr std::size_t longest_id = 64;

void check(const Delivery& delivery) {
  if (delivery.quantity < 1 || delivery.quantity > most_units) {
    throw ashlar::HttpError(400, "/quantity", "a delivery has 1 to 1000000000 units");
  }
  if (delivery.delivery_id && (delivery.delivery_id->empty() || delivery.delivery_id->size() > longest_id)) {
    throw ashlar::HttpError(400, "/delivery_id", "an id has 1 to 64 bytes");
  }
}

}  // namespace

StockBook::StockBook(ashlar::store::Database database, ashlar::EventBus& bus)
    : database_(std::move(database)), rows_(database_), bus_(bus) {}

std::vector<std::int64_t> StockBook::reserve(std::string_view order_id, const std::vector<Wanted>& wanted) {
  ashlar::store::Transaction transaction(database_, mutex_);
  std::vector<std::int64_t> missing;
  for (const Reservation& made : rows_.of_order(order_id)) missing.push_back(made.missing);
  if (!missing.empty()) return missing;
  for (const Wanted& line : wanted) {
    Level level = rows_.find(line.item_id).value_or(Level{.stock = {.item_id = line.item_id}});
    missing.push_back(level.take(line.quantity));
    rows_.add(order_id, {.item_id = line.item_id, .quantity = line.quantity, .missing = missing.back()});
    if (missing.back() > 0) {
      bus_.publish(transaction, StockBackOrdered{std::string(order_id), line.item_id, missing.back()});
    }
    save(transaction, level);
  }
  transaction.commit();
  return missing;
}

void StockBook::release(std::string_view order_id) {
  ashlar::store::Transaction transaction(database_, mutex_);
  const std::vector<Reservation> lines = rows_.open_of_order(order_id);
  rows_.forget_open(order_id);
  for (const Reservation& line : lines) {
    Level level = known(line.item_id);
    const std::int64_t returned = line.quantity - line.missing;
    level.stock.owed -= line.missing;
    level.stock.reserved -= returned;
    put_on_shelf(level, returned);
    save(transaction, level);
  }
  transaction.commit();
}

std::vector<Wanted> StockBook::ship(std::string_view order_id) {
  ashlar::store::Transaction transaction(database_, mutex_);
  const std::vector<Reservation> lines = rows_.open_of_order(order_id);
  std::vector<Wanted> owed;
  for (const Reservation& line : lines) {
    if (line.missing > 0) owed.push_back({line.item_id, line.missing});
  }
  if (!owed.empty()) return owed;
  for (const Reservation& line : lines) {
    Level level = known(line.item_id);
    level.stock.reserved -= line.quantity;
    rows_.put(level);
  }
  rows_.close_order(order_id);
  transaction.commit();
  return owed;
}

void StockBook::open(std::string_view item_id) {
  ashlar::store::Transaction transaction(database_, mutex_);
  if (rows_.find(item_id)) return;
  rows_.put({.stock = {.item_id = std::string(item_id)}});
  transaction.commit();
}

StockLevel StockBook::set_reorder_level(std::string_view item_id, std::int64_t reorder_level) {
  if (reorder_level < 0 || reorder_level > most_units) {
    throw ashlar::HttpError(400, "/reorder_level", "a reorder level is 0 to 1000000000 units");
  }
  ashlar::store::Transaction transaction(database_, mutex_);
  Level level = known(item_id);
  level.stock.reorder_level = reorder_level;
  save(transaction, level);
  transaction.commit();
  return level.stock;
}

StockLevel StockBook::receive(const Delivery& delivery) {
  check(delivery);
  ashlar::store::Transaction transaction(database_, mutex_);
  Level level = known(delivery.item_id);
  if (delivery.delivery_id && !rows_.add_delivery(*delivery.delivery_id, delivery.item_id, delivery.quantity)) {
    return level.stock;
  }
  if (level.stock.on_hand > most_units - delivery.quantity) {
    throw ashlar::HttpError(409, "/quantity", "there is no room for more than 1000000000 units of an item");
  }
  put_on_shelf(level, delivery.quantity);
  save(transaction, level);
  transaction.commit();
  return level.stock;
}

std::optional<StockLevel> StockBook::find(std::string_view item_id) {
  const std::lock_guard lock(mutex_);
  const std::optional<Level> level = rows_.find(item_id);
  return level ? std::optional(level->stock) : std::nullopt;
}

std::string StockBook::health() {
  const std::lock_guard lock(mutex_);
  (void)rows_.find("");
  return {};
}

Level StockBook::known(std::string_view item_id) {
  std::optional<Level> level = rows_.find(item_id);
  if (!level) throw ashlar::HttpError(404, "/item_id", "no stock is kept of the item '" + std::string(item_id) + "'");
  return *std::move(level);
}

// Orders that wait for the item get theirs first.
void StockBook::put_on_shelf(Level& level, std::int64_t quantity) {
  level.stock.on_hand += quantity;
  for (const Reservation& waiting : rows_.waiting_for(level.stock.item_id)) {
    const std::int64_t given = std::min(waiting.missing, level.stock.on_hand);
    if (given == 0) return;
    level.hand_over(given);
    rows_.put_missing(waiting.number, waiting.missing - given);
  }
}

void StockBook::save(ashlar::UnitOfWork& unit, Level& level) {
  const StockLevel& stock = level.stock;
  if (level.has_begun_to_run_low()) {
    bus_.publish(unit, StockRunningLow{stock.item_id, stock.on_hand, stock.reorder_level});
  }
  rows_.put(level);
}

}  // namespace inventory
