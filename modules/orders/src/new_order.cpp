#include "new_order.hpp"

#include <algorithm>
#include <ashlar/routes.hpp>
#include <string>
#include <string_view>

namespace orders {

namespace {

constexpr std::size_t longest_id = 64;
constexpr std::size_t longest_note = 2000;
constexpr std::int64_t highest_price_cents = 1'000'000'000;
constexpr std::int32_t most_lines = 1000;
constexpr std::int32_t most_units = 1'000'000;

void check_id(const std::string& field, std::string_view id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  if (id.empty() || id.size() > longest_id || !std::all_of(id.begin(), id.end(), allowed)) {
    throw ashlar::HttpError(400, field, "an id is made of 1 to 64 letters, digits, '.', '_' and '-'");
  }
}

void check_number(const std::string& field, std::int64_t number, std::int64_t least, std::int64_t most) {
  if (number >= least && number <= most) return;
  throw ashlar::HttpError(400, field,
                          "a number from " + std::to_string(least) + " to " + std::to_string(most) +
                              " is needed, not " + std::to_string(number));
}

std::int64_t price_of(const std::string& field, const NewLine& line, catalog::Prices& prices) {
  const std::optional<catalog::Price> price = prices.find_price(line.item_id);
  if (!price) throw ashlar::HttpError(400, field, "there is no item '" + line.item_id + "'");
  if (line.unit_price_cents) return *line.unit_price_cents;
  if (price->discontinued) throw ashlar::HttpError(400, field, "the item '" + line.item_id + "' is no longer sold");
  return price->cents;
}

Line priced(const std::string& place, const NewLine& line, const Options& options, catalog::Prices& prices) {
  check_id(place + "/item_id", line.item_id);
  check_number(place + "/quantity", line.quantity, 1, options.max_quantity);
  check_number(place + "/unit_price_cents", line.unit_price_cents.value_or(0), 0, highest_price_cents);
  check_number(place + "/discount_percent", line.discount_percent, 0, 100);
  return {line.item_id, line.quantity, price_of(place + "/item_id", line, prices), line.discount_percent};
}

}  // namespace

void check(const Options& options) {
  if (options.max_lines < 1 || options.max_lines > most_lines) {
    throw ashlar::Error("orders.max_lines: an order can have 1 to " + std::to_string(most_lines) + " lines, not " +
                        std::to_string(options.max_lines));
  }
  if (options.max_quantity < 1 || options.max_quantity > most_units) {
    throw ashlar::Error("orders.max_quantity: a line can have 1 to " + std::to_string(most_units) + " units, not " +
                        std::to_string(options.max_quantity));
  }
}

Order priced(const NewOrder& wanted, const Options& options, catalog::Prices& prices) {
  if (wanted.order_id) check_id("/order_id", *wanted.order_id);
  check_id("/customer_id", wanted.customer_id);
  if (wanted.note && wanted.note->size() > longest_note) {
    throw ashlar::HttpError(400, "/note", "a note has at most " + std::to_string(longest_note) + " bytes");
  }
  if (wanted.lines.empty()) throw ashlar::HttpError(400, "/lines", "an order has at least one line");
  if (wanted.lines.size() > static_cast<std::size_t>(options.max_lines)) {
    throw ashlar::HttpError(400, "/lines",
                            "an order has at most " + std::to_string(options.max_lines) + " lines, not " +
                                std::to_string(wanted.lines.size()));
  }
  Order order{.order_id = wanted.order_id.value_or(""),
              .customer_id = wanted.customer_id,
              .placed_at = wanted.placed_at.value_or(Time{}),
              .note = wanted.note};
  for (const NewLine& line : wanted.lines) {
    const std::string place = "/lines/" + std::to_string(order.lines.size());
    order.lines.push_back(priced(place, line, options, prices));
  }
  return order;
}

bool is_same(const NewOrder& wanted, const Order& order) {
  const auto same_line = [](const NewLine& a, const Line& b) {
    return a.item_id == b.item_id && a.quantity == b.quantity && a.discount_percent == b.discount_percent &&
           a.unit_price_cents.value_or(b.unit_price_cents) == b.unit_price_cents;
  };
  return wanted.customer_id == order.customer_id && wanted.note == order.note &&
         wanted.placed_at.value_or(order.placed_at) == order.placed_at &&
         std::equal(wanted.lines.begin(), wanted.lines.end(), order.lines.begin(), order.lines.end(), same_line);
}

}  // namespace orders
