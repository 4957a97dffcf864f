#include "item_book.hpp"

#include <algorithm>
#include <ashlar/routes.hpp>
#include <ashlar/store/transaction.hpp>
#include <ashlar/uuid.hpp>
#include <catalog/events.hpp>
#include <utility>

namespace catalog {

namespace {

constexpr std::size_t longest_id = 64;
constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_description = 10'000;
constexpr std::int64_t highest_price_cents = 1'000'000'000;

bool is_id(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= longest_id && std::all_of(text.begin(), text.end(), allowed);
}

void check_price(std::int64_t cents) {
  if (cents < 0 || cents > highest_price_cents) {
    throw ashlar::HttpError(400, "/price_cents", "a price is 0 to 1000000000 cents");
  }
}

void check(const NewItem& item) {
  if (item.item_id && !is_id(*item.item_id)) {
    throw ashlar::HttpError(400, "/item_id", "an id is made of 1 to 64 letters, digits, '.', '_' and '-'");
  }
  if (item.name.find_first_not_of(' ') == std::string::npos) {
    throw ashlar::HttpError(400, "/name", "an item needs a name");
  }
  if (item.name.size() > longest_name) throw ashlar::HttpError(400, "/name", "a name has at most 200 bytes");
  if (item.description.size() > longest_description) {
    throw ashlar::HttpError(400, "/description", "a description has at most 10000 bytes");
  }
  check_price(item.price_cents);
}

}  // namespace

ItemBook::ItemBook(ashlar::store::Database database, ashlar::EventBus& bus, ashlar::Clock& clock)
    : database_(std::move(database)), rows_(database_), bus_(bus), clock_(clock) {}

AddedItem ItemBook::add(const NewItem& item) {
  check(item);
  Item added{.name = item.name,
             .description = item.description,
             .price_cents = item.price_cents,
             .discontinued = item.discontinued};
  added.item_id = item.item_id ? *item.item_id : ashlar::Uuid::v7(clock_.now().time_since_epoch().count()).to_string();

  ashlar::store::Transaction transaction(database_, mutex_);
  if (const std::optional<StoredItem> other = rows_.find(added.item_id)) {
    Item as_added = other->item;
    as_added.price_cents = other->first_price_cents;
    if (as_added == added) return {.item = other->item, .is_new = false};
    throw ashlar::HttpError(409, "/item_id", "the id '" + added.item_id + "' belongs to another item");
  }
  rows_.add(added);
  bus_.publish(transaction,
               ItemAdded{added.item_id, added.name, added.description, added.price_cents, added.discontinued});
  transaction.commit();
  return {.item = added};
}

Item ItemBook::change_price(std::string_view item_id, std::int64_t price_cents) {
  check_price(price_cents);
  ashlar::store::Transaction transaction(database_, mutex_);
  const std::optional<StoredItem> found = rows_.find(item_id);
  if (!found) throw ashlar::HttpError(404, "/item_id", "there is no item '" + std::string(item_id) + "'");
  Item item = found->item;
  const std::int64_t before = std::exchange(item.price_cents, price_cents);
  if (before == price_cents) return item;
  rows_.put_price(item_id, price_cents);
  bus_.publish(transaction, PriceChanged{item.item_id, before, price_cents});
  transaction.commit();
  return item;
}

std::optional<Item> ItemBook::find(std::string_view item_id) {
  const std::lock_guard lock(mutex_);
  const std::optional<StoredItem> found = rows_.find(item_id);
  return found ? std::optional(found->item) : std::nullopt;
}

std::vector<Item> ItemBook::list(std::string_view after, int limit) {
  const std::lock_guard lock(mutex_);
  return rows_.list(after, limit);
}

std::optional<Price> ItemBook::find_price(std::string_view item_id) {
  const std::optional<Item> item = find(item_id);
  if (!item) return std::nullopt;
  return Price{.cents = item->price_cents, .discontinued = item->discontinued};
}

std::string ItemBook::health() {
  (void)find("");
  return {};
}

}  // namespace catalog
