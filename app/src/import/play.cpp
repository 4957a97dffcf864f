#include "import/play.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "import/translate.hpp"

namespace shop {

namespace {

std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

// An order's beginning or end, as a moment of the story.
struct Moment {
  ashlar::Time time{};
  bool ships = false;
  const Order* order = nullptr;
};

std::vector<Moment> timeline(const DataSet& data) {
  std::vector<Moment> moments;
  for (const Order& order : data.orders) {
    moments.push_back({order.placed_at, false, &order});
    if (order.shipped_at) moments.push_back({*order.shipped_at, true, &order});
  }
  std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
    return std::tie(a.time, a.ships) < std::tie(b.time, b.ships);
  });
  return moments;
}

bool add_product(const Product& product, Shop shop) {
  const bool is_new = shop.items.add(new_item(product)).is_new;
  shop.receiving.open(product.id);
  if (product.in_stock > 0) {
    shop.receiving.receive(
        {.delivery_id = "import-" + product.id, .item_id = product.id, .quantity = product.in_stock});
  }
  const auto level = shop.receiving.find(product.id);
  if (!level || level->reorder_level != product.reorder_level) {
    shop.receiving.set_reorder_level(product.id, product.reorder_level);
  }
  return is_new;
}

// The deliveries that the books do not tell of. An item that an order waits for arrives before that order is shipped,
// and enough of it for all orders to come: in the end there is on hand what the books say there is.
class Deliveries {
 public:
  Deliveries(const DataSet& data, inventory::Receiving& receiving) : receiving_(receiving) {
    for (const Product& product : data.products) still_needed_[product.id] = product.in_stock;
    for (const Order& order : data.orders) {
      for (const OrderLine& line : order.lines) still_needed_[line.product_id] += line.quantity;
    }
  }

  void order_placed(const Order& order) {
    for (const OrderLine& line : order.lines) still_needed_[line.product_id] -= line.quantity;
  }

  void receive_for(const Order& order) {
    for (const OrderLine& line : order.lines) {
      const auto level = receiving_.find(line.product_id);
      if (!level || level->owed == 0) continue;
      receiving_.receive({.item_id = line.product_id, .quantity = level->owed + still_needed_[line.product_id]});
    }
  }

 private:
  inventory::Receiving& receiving_;
  std::unordered_map<std::string, std::int64_t> still_needed_;  // by orders to come, and on the shelf in the end
};

bool ship(const Order& order, Shop shop, Deliveries& deliveries) {
  const auto there = shop.orders.find(order.id);
  if (there && there->status == orders::Status::shipped) return false;
  deliveries.receive_for(order);
  return shop.orders.ship(order.id, order.shipped_at).is_new;
}

}  // namespace

std::string to_string(const Tally& tally) {
  return with_commas(tally.users) + " users, " + with_commas(tally.items) + " items, " + with_commas(tally.orders) +
         " orders with " + with_commas(tally.lines) + " lines, " + with_commas(tally.shipped) + " shipped";
}

Tally count(const DataSet& data) {
  Tally tally{.users = data.customers.size(), .items = data.products.size(), .orders = data.orders.size()};
  for (const Order& order : data.orders) {
    tally.lines += order.lines.size();
    tally.shipped += order.shipped_at ? 1 : 0;
  }
  return tally;
}

Tally play(const DataSet& data, Shop shop, const OnProgress& on_progress) {
  const std::vector<Moment> moments = timeline(data);
  const std::size_t total = data.customers.size() + data.products.size() + moments.size();
  std::size_t done = 0;
  Tally fresh;
  for (const Customer& customer : data.customers) {
    fresh.users += shop.users.register_user(new_user(customer)).is_new ? 1 : 0;
    on_progress(++done, total);
  }
  for (const Product& product : data.products) {
    fresh.items += add_product(product, shop) ? 1 : 0;
    on_progress(++done, total);
  }
  Deliveries deliveries(data, shop.receiving);
  for (const Moment& moment : moments) {
    if (moment.ships) {
      fresh.shipped += ship(*moment.order, shop, deliveries) ? 1 : 0;
    } else {
      const bool is_new = shop.orders.place(new_order(*moment.order)).is_new;
      deliveries.order_placed(*moment.order);
      fresh.orders += is_new ? 1 : 0;
      fresh.lines += is_new ? moment.order->lines.size() : 0;
    }
    on_progress(++done, total);
  }
  return fresh;
}

}  // namespace shop
