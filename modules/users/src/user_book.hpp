#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event_bus.hpp>
#include <ashlar/store/database.hpp>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <users/registration.hpp>

#include "options.hpp"
#include "user_rows.hpp"

namespace users {

// The rules of users. The shop keeps no passwords: whoever signs people in learns from confirm_reset() that someone who
// reads the user's mail asked for a new one. Any thread; refuses with HttpError. `bus` and `clock` outlive it.
class UserBook final : public Registration {
 public:
  UserBook(ashlar::store::Database database, ashlar::EventBus& bus, ashlar::Clock& clock, const Options& options);

  Registered register_user(const NewUser& user) override;
  std::optional<User> find(std::string_view user_id) override;

  // Publishes PasswordResetRequested if somebody has the address. Who asks does not learn whether: it returns all the same.
  void request_reset(std::string_view email);

  // Whose password is to be reset; a token works once, until it expires or another one is requested.
  std::string confirm_reset(std::string_view token);

  // Empty, or why the module cannot work.
  std::string health();

 private:
  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
  UserRows rows_;                     // guarded by mutex_
  ashlar::EventBus& bus_;
  ashlar::Clock& clock_;
  Options options_;
};

}  // namespace users
