#include "letters.hpp"

#include <array>
#include <ashlar/time_text.hpp>
#include <cstdint>
#include <cstdio>

namespace notifications {

namespace {

std::string greeting(const std::string& name) { return "Dear " + name + ",\n\n"; }

constexpr const char* farewell = "\nYours,\nThe Shop\n";

std::string amount(std::int64_t cents) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld.%02lld", static_cast<long long>(cents / 100),
                static_cast<long long>(cents % 100));
  return text.data();
}

std::string day(orders::Time time) { return ashlar::time_text(time).substr(0, 10); }

std::string minute(orders::Time time) { return day(time) + " " + ashlar::time_text(time).substr(11, 5) + " UTC"; }

std::string line_text(const orders::Line& line) {
  std::string text =
      "  " + std::to_string(line.quantity) + " x item " + line.item_id + " at " + amount(line.unit_price_cents);
  if (line.discount_percent > 0) text += ", less " + std::to_string(line.discount_percent) + "%";
  return text + "\n";
}

}  // namespace

Letter welcome(const users::UserCreated& event) {
  return {"Welcome to the shop",
          greeting(event.full_name) + "your account " + event.user_id + " is ready.\n" + farewell};
}

Letter password_reset(const users::PasswordResetRequested& event) {
  return {"Your new password", greeting(event.full_name) +
                                   "someone, hopefully you, asked for a new password. Set it with this token until " +
                                   minute(event.expires_at) + ":\n\n  " + event.token +
                                   "\n\nIf it was not you, there is nothing to do.\n" + farewell};
}

Letter order_confirmation(const orders::OrderPlaced& event, const std::string& name) {
  std::string body =
      greeting(name) + "thank you for your order " + event.order_id + " of " + day(event.placed_at) + ":\n\n";
  for (const orders::Line& line : event.lines) body += line_text(line);
  if (event.note) body += "\nYour note: " + *event.note + "\n";
  return {"Your order " + event.order_id, body + farewell};
}

Letter shipping_note(const orders::OrderShipped& event, const std::string& name) {
  return {"Your order " + event.order_id + " is on its way", greeting(name) + "your order " + event.order_id +
                                                                 " has left our house on " + day(event.shipped_at) +
                                                                 ".\n" + farewell};
}

}  // namespace notifications
