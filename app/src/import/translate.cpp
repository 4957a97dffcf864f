#include "import/translate.hpp"

namespace shop {

users::NewUser new_user(const Customer& customer) {
  return {.user_id = customer.id,
          .email = mail_address(customer),
          .full_name = customer.contact,
          .company = customer.company};
}

catalog::NewItem new_item(const Product& product) {
  return {.item_id = product.id,
          .name = product.name,
          .description = product.packing,
          .price_cents = product.price_cents,
          .discontinued = product.discontinued};
}

orders::NewOrder new_order(const Order& order) {
  orders::NewOrder result{.order_id = order.id, .customer_id = order.customer_id, .placed_at = order.placed_at};
  for (const OrderLine& line : order.lines) {
    result.lines.push_back({.item_id = line.product_id,
                            .quantity = line.quantity,
                            .unit_price_cents = line.unit_price_cents,
                            .discount_percent = line.discount_percent});
  }
  return result;
}

}  // namespace shop
