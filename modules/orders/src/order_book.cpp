#include "order_book.hpp"

#include <ashlar/errors.hpp>
#include <ashlar/routes.hpp>
#include <ashlar/uuid.hpp>
#include <utility>

#include "new_order.hpp"

namespace orders {

namespace {

constexpr std::size_t longest_reason = 2000;

[[noreturn]] void refuse(const Order& order, const std::string& what) {
  throw ashlar::HttpError(
      409, "/order_id",
      "the order '" + order.order_id + "' is " + std::string(word_of(order.status)) + ": it cannot " + what);
}

std::string list_of(const std::vector<inventory::Wanted>& owed) {
  std::string list;
  for (const inventory::Wanted& line : owed) {
    list += (list.empty() ? "" : ", ") + std::to_string(line.quantity) + " of '" + line.item_id + "'";
  }
  return list;
}

}  // namespace

OrderBook::OrderBook(ashlar::store::Database database, ashlar::EventBus& bus, ashlar::Clock& clock,
                     catalog::Prices& prices, inventory::Stock& stock, const Options& options)
    : store_(std::move(database)), bus_(bus), clock_(clock), prices_(prices), stock_(stock), options_(options) {
  check(options_);
}

Placement OrderBook::place(const NewOrder& wanted) {
  if (wanted.order_id) {
    if (const std::optional<Order> other = store_.find(*wanted.order_id)) return place_again(wanted, *other);
  }
  Order order = priced(wanted, options_, prices_);
  if (!wanted.placed_at) order.placed_at = clock_.now();
  if (!wanted.order_id) order.order_id = ashlar::Uuid::v7(clock_.now().time_since_epoch().count()).to_string();

  if (const std::optional<Order> other = store_.add(order)) return place_again(wanted, *other);
  try {
    return finish_placing(order);
  } catch (...) {
    give_up_placing(order.order_id);
    throw;
  }
}

Change OrderBook::ship(std::string_view order_id, std::optional<Time> shipped_at) {
  Order order = known(order_id);
  if (shipped_at && *shipped_at < order.placed_at) {
    throw ashlar::HttpError(400, "/shipped_at", "the order '" + order.order_id + "' was placed later than that");
  }
  store_.begin_shipping(order_id, shipped_at.value_or(clock_.now()));
  order = known(order_id);
  if (order.status != Status::shipping && order.status != Status::shipped) refuse(order, "be shipped");
  if (shipped_at.value_or(*order.shipped_at) != *order.shipped_at) {
    throw ashlar::HttpError(409, "/shipped_at", "the order '" + order.order_id + "' was shipped at another time");
  }
  const bool is_new = order.status == Status::shipping && finish_shipping(order);
  return {.order = known(order_id), .is_new = is_new};
}

Change OrderBook::cancel(std::string_view order_id, std::string_view reason) {
  if (reason.size() > longest_reason) throw ashlar::HttpError(400, "/reason", "a reason has at most 2000 bytes");
  store_.begin_cancelling(order_id, clock_.now(), reason);
  const Order order = known(order_id);
  if (order.status != Status::cancelling && order.status != Status::cancelled) refuse(order, "be cancelled");
  const bool is_new = order.status == Status::cancelling && finish_cancelling(order);
  return {.order = known(order_id), .is_new = is_new};
}

std::optional<Order> OrderBook::find(std::string_view order_id) { return store_.find(order_id); }

std::vector<std::string> OrderBook::finish_interrupted() {
  std::vector<std::string> unfinished;
  for (const Order& order : store_.unfinished()) {
    try {
      if (order.status == Status::placing) finish_placing(order);
      if (order.status == Status::shipping) finish_shipping(order);
      if (order.status == Status::cancelling) finish_cancelling(order);
    } catch (const std::exception& error) {
      unfinished.push_back("order '" + order.order_id + "': " + ashlar::full_message(error));
    }
  }
  return unfinished;
}

std::string OrderBook::health() {
  store_.check();
  return {};
}

Placement OrderBook::place_again(const NewOrder& wanted, const Order& order) {
  if (!is_same(wanted, order)) {
    throw ashlar::HttpError(409, "/order_id", "the id '" + order.order_id + "' belongs to another order");
  }
  if (order.status == Status::placing) return finish_placing(order);
  return {.order = order, .is_new = false, .missing = {}};
}

// Each of these publishes only if it was the one that finished, however many try at once.
Placement OrderBook::finish_placing(const Order& order) {
  std::vector<inventory::Wanted> wanted;
  for (const Line& line : order.lines) wanted.push_back({line.item_id, line.quantity});
  std::vector<std::int64_t> missing = stock_.reserve(order.order_id, wanted);

  const bool finished = store_.advance(order.order_id, Status::placing, Status::placed, [&](ashlar::UnitOfWork& unit) {
    bus_.publish(unit, OrderPlaced{order.order_id, order.customer_id, order.placed_at, order.lines, order.note});
  });
  if (!finished) {
    const std::optional<Order> now = store_.find(order.order_id);
    // Given up meanwhile: then what was set aside a moment ago belongs to nobody.
    const bool given_up = !now || now->status == Status::cancelling || now->status == Status::cancelled;
    if (given_up) stock_.release(order.order_id);
    return {.order = known(order.order_id), .is_new = false, .missing = {}};
  }
  return {.order = known(order.order_id), .missing = std::move(missing)};
}

bool OrderBook::finish_shipping(const Order& order) {
  const std::vector<inventory::Wanted> owed = stock_.ship(order.order_id);
  if (!owed.empty()) {
    store_.take_back_shipping(order.order_id);
    throw ashlar::HttpError(409, "/order_id",
                            "the order '" + order.order_id + "' cannot be shipped yet: it waits for " + list_of(owed));
  }
  return store_.advance(order.order_id, Status::shipping, Status::shipped, [&](ashlar::UnitOfWork& unit) {
    bus_.publish(unit, OrderShipped{order.order_id, order.customer_id, order.shipped_at.value()});
  });
}

bool OrderBook::finish_cancelling(const Order& order) {
  stock_.release(order.order_id);
  return store_.advance(order.order_id, Status::cancelling, Status::cancelled, [&](ashlar::UnitOfWork& unit) {
    bus_.publish(unit, OrderCancelled{order.order_id, order.customer_id, order.cancelled_at.value(),
                                      order.cancel_reason.value_or(""), order.lines, order.placed_at});
  });
}

// Who was told that an order failed must not find it placed later on.
void OrderBook::give_up_placing(const std::string& order_id) noexcept {
  try {
    if (store_.remove(order_id)) stock_.release(order_id);
  } catch (...) {
    // The file does not answer: the order is finished when it is placed again, or at the next start.
  }
}

Order OrderBook::known(std::string_view order_id) {
  std::optional<Order> order = store_.find(order_id);
  if (!order) throw ashlar::HttpError(404, "/order_id", "there is no order '" + std::string(order_id) + "'");
  return *std::move(order);
}

}  // namespace orders
