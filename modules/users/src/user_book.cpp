#include "user_book.hpp"

#include <ashlar/routes.hpp>
#include <ashlar/store/transaction.hpp>
#include <ashlar/uuid.hpp>
#include <users/events.hpp>
#include <utility>

#include "checks.hpp"
#include "token.hpp"

namespace users {

UserBook::UserBook(ashlar::store::Database database, ashlar::EventBus& bus, ashlar::Clock& clock,
                   const Options& options)
    : database_(std::move(database)), rows_(database_), bus_(bus), clock_(clock), options_(options) {
  if (options_.reset_valid_for <= std::chrono::milliseconds(0)) {
    throw ashlar::Error("users.reset_valid_for: a password reset must be valid for some time, 1h for example");
  }
}

Registered UserBook::register_user(const NewUser& user) {
  check(user);
  User added{.email = user.email, .full_name = user.full_name, .company = user.company};
  added.user_id = user.user_id ? *user.user_id : ashlar::Uuid::v7(clock_.now().time_since_epoch().count()).to_string();

  ashlar::store::Transaction transaction(database_, mutex_);
  if (const std::optional<User> other = rows_.find(added.user_id)) {
    if (*other == added) return {.user = added, .is_new = false};
    throw ashlar::HttpError(409, "/user_id", "the id '" + added.user_id + "' belongs to another user");
  }
  if (rows_.find_by_email(added.email)) {
    throw ashlar::HttpError(409, "/email", "the address '" + added.email + "' is registered already");
  }
  rows_.add(added);
  bus_.publish(transaction, UserCreated{added.user_id, added.email, added.full_name, added.company});
  transaction.commit();
  return {.user = added};
}

std::optional<User> UserBook::find(std::string_view user_id) {
  const std::lock_guard lock(mutex_);
  return rows_.find(user_id);
}

void UserBook::request_reset(std::string_view email) {
  check_email(email);
  const std::string token = random_token();
  ashlar::store::Transaction transaction(database_, mutex_);
  const std::optional<User> user = rows_.find_by_email(email);
  if (!user) return;
  const ashlar::Time expires_at = clock_.now() + options_.reset_valid_for;
  rows_.put_reset(user->user_id, hash_of(token), expires_at);
  bus_.publish(transaction, PasswordResetRequested{user->user_id, user->email, user->full_name, token, expires_at});
  transaction.commit();
}

std::string UserBook::confirm_reset(std::string_view token) {
  ashlar::store::Transaction transaction(database_, mutex_);
  std::optional<std::string> user_id = rows_.take_reset(hash_of(token), clock_.now());
  transaction.commit();
  if (!user_id) throw ashlar::HttpError(400, "/token", "the token is not valid, or not any more: request another one");
  return *std::move(user_id);
}

std::string UserBook::health() {
  (void)find("");
  return {};
}

}  // namespace users
