#pragma once

#include <orders/events.hpp>
#include <string>
#include <users/events.hpp>

namespace notifications {

// What a mail says.
struct Letter {
  std::string subject;
  std::string body;
};

Letter welcome(const users::UserCreated& event);
Letter password_reset(const users::PasswordResetRequested& event);
Letter order_confirmation(const orders::OrderPlaced& event, const std::string& name);
Letter shipping_note(const orders::OrderShipped& event, const std::string& name);

}  // namespace notifications
