#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/store/database.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <users/registration.hpp>

namespace users {

// The rows of the module users. Who calls holds the mutex, and a transaction where several calls belong together.
class UserRows {
 public:
  explicit UserRows(ashlar::store::Database& database);

  std::optional<User> find(std::string_view user_id);
  std::optional<User> find_by_email(std::string_view email);
  void add(const User& user);

  // Takes the place of an earlier one of the same user.
  void put_reset(std::string_view user_id, std::string_view token_hash, ashlar::Time expires_at);

  // Returns whose it was, and removes it; nothing when there is none or it has expired.
  std::optional<std::string> take_reset(std::string_view token_hash, ashlar::Time now);

 private:
  std::optional<User> first(std::string_view where, std::string_view value);

  ashlar::store::Database& database_;
};

}  // namespace users
