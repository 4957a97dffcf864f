#pragma once

#include <ashlar/event.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace users {

struct User {
  std::string user_id;
  std::string email;
  std::string full_name;
  std::optional<std::string> company;
};
ASHLAR_STRUCT(User, user_id, email, full_name, company)

struct NewUser {
  std::optional<std::string> user_id{};  // empty: one is made up
  std::string email;
  std::string full_name;
  std::optional<std::string> company{};
};

struct Registered {
  User user;
  bool is_new = true;  // false: the very same user was there already, and nothing was published
};

// Where users are registered and found; a service of the module users. Any thread. What cannot be done is refused with an
// exception that says why, and changes nothing.
class Registration {
 public:
  virtual ~Registration() = default;

  // A user whose id is given may be registered again with the same content. An email belongs to one user, whatever
  // its case. Publishes UserCreated.
  virtual Registered register_user(const NewUser& user) = 0;

  virtual std::optional<User> find(std::string_view user_id) = 0;
};

}  // namespace users
