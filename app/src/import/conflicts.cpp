#include "import/conflicts.hpp"

#include <ashlar/errors.hpp>
#include <string>

#include "import/translate.hpp"

namespace shop {

namespace {

[[noreturn]] void fail(const std::string& kind, const std::string& id) {
  throw ashlar::Error("the shop has another " + kind + " '" + id +
                      "' than the files: import into an empty data directory (--data), or change the ID");
}

bool same(const users::User& there, const users::NewUser& wanted) {
  return there.email == wanted.email && there.full_name == wanted.full_name && there.company == wanted.company;
}

// The price may have changed since.
bool same(const catalog::Item& there, const catalog::NewItem& wanted) {
  return there.name == wanted.name && there.description == wanted.description;
}

bool same(const orders::Order& there, const orders::NewOrder& wanted) {
  if (there.customer_id != wanted.customer_id || there.placed_at != wanted.placed_at) return false;
  if (there.lines.size() != wanted.lines.size()) return false;
  for (std::size_t i = 0; i < wanted.lines.size(); ++i) {
    const orders::Line line{wanted.lines[i].item_id, wanted.lines[i].quantity,
                            wanted.lines[i].unit_price_cents.value_or(0), wanted.lines[i].discount_percent};
    if (there.lines[i] != line) return false;
  }
  return true;
}

}  // namespace

void check_against(const DataSet& data, Shop shop) {
  for (const Customer& customer : data.customers) {
    const auto there = shop.users.find(customer.id);
    if (there && !same(*there, new_user(customer))) fail("customer", customer.id);
  }
  for (const Product& product : data.products) {
    const auto there = shop.items.find(product.id);
    if (there && !same(*there, new_item(product))) fail("product", product.id);
  }
  for (const Order& order : data.orders) {
    const auto there = shop.orders.find(order.id);
    if (!there) continue;
    const bool cancelled = there->status == orders::Status::cancelling || there->status == orders::Status::cancelled;
    if (!same(*there, new_order(order)) || (cancelled && order.shipped_at)) fail("order", order.id);
  }
}

}  // namespace shop
