#pragma once

#include <ashlar/event.hpp>
#include <chrono>
#include <optional>
#include <string>

namespace users {

// A user was registered. Published once for each user.
struct UserCreated {
  std::string user_id;
  std::string email;
  std::string full_name;
  std::optional<std::string> company;
};
ASHLAR_EVENT(UserCreated, "user.created", 1, user_id, email, full_name, company)

// A user asked for a new password; `token` is valid until `expires_at`. Not published for an unknown address.
struct PasswordResetRequested {
  std::string user_id;
  std::string email;
  std::string full_name;
  std::string token;
  std::chrono::sys_time<std::chrono::milliseconds> expires_at;
};
ASHLAR_EVENT(PasswordResetRequested, "user.password.reset_requested", 1, user_id, email, full_name, token, expires_at)

}  // namespace users
