#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/store/database.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <users/registration.hpp>

namespace users {

// The rows of the module users. Any thread; each call happens as one.
class UserStore {
 public:
  explicit UserStore(ashlar::store::Database database);

  // Returns who has the id or, failing that, the email already; nothing when the user was added.
  std::optional<User> add(const User& user);

  std::optional<User> find(std::string_view user_id);
  std::optional<User> find_by_email(std::string_view email);

  // Takes the place of an earlier one of the same user.
  void put_reset(std::string_view user_id, std::string_view token_hash, ashlar::Time expires_at);

  // Returns whose it was, and removes it; nothing when there is none or it has expired.
  std::optional<std::string> take_reset(std::string_view token_hash, ashlar::Time now);

  // Throws when the file cannot be read.
  void check();

 private:
  std::optional<User> first(std::string_view where, std::string_view value);

  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
};

}  // namespace users
