#pragma once

#include <optional>
#include <orders/events.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <users/registration.hpp>

// What loyalty needs of users: Ada is registered, and nobody else.
class FakeUsers final : public users::Registration {
 public:
  users::Registered register_user(const users::NewUser&) override { throw std::logic_error("not asked for"); }
  std::optional<users::User> find(std::string_view user_id) override {
    if (user_id != "ada") return std::nullopt;
    return users::User{.user_id = "ada", .email = "ada@example.org", .full_name = "Ada Lovelace"};
  }
};

// An order of one line.
inline orders::OrderPlaced order(std::string id, std::string customer, std::int64_t cents) {
  return {.order_id = std::move(id),
          .customer_id = std::move(customer),
          .lines = {{.item_id = "tea", .quantity = 1, .unit_price_cents = cents}}};
}
