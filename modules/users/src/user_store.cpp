#include "user_store.hpp"

#include <ashlar/store/migrate.hpp>
#include <ashlar/store/transaction.hpp>
#include <utility>

#include "checks.hpp"

namespace users {

UserStore::UserStore(ashlar::store::Database database) : database_(std::move(database)) {
  ashlar::store::migrate(database_, "users",
                         {"CREATE TABLE users_user ("
                          "  user_id TEXT PRIMARY KEY, email TEXT NOT NULL, email_key TEXT NOT NULL UNIQUE,"
                          "  full_name TEXT NOT NULL, company TEXT) STRICT;"
                          "CREATE TABLE users_reset ("
                          "  user_id TEXT PRIMARY KEY REFERENCES users_user, token_hash TEXT NOT NULL UNIQUE,"
                          "  expires_at INTEGER NOT NULL) STRICT"});
}

std::optional<User> UserStore::add(const User& user) {
  const std::lock_guard lock(mutex_);
  ashlar::store::Transaction transaction(database_);
  if (auto same = first("user_id", user.user_id)) return same;
  if (auto same = first("email_key", email_key(user.email))) return same;
  database_.run("INSERT INTO users_user (user_id, email, email_key, full_name, company) VALUES (?, ?, ?, ?, ?)",
                user.user_id, user.email, email_key(user.email), user.full_name, user.company);
  transaction.commit();
  return std::nullopt;
}

std::optional<User> UserStore::find(std::string_view user_id) {
  const std::lock_guard lock(mutex_);
  return first("user_id", user_id);
}

std::optional<User> UserStore::find_by_email(std::string_view email) {
  const std::lock_guard lock(mutex_);
  return first("email_key", email_key(email));
}

void UserStore::put_reset(std::string_view user_id, std::string_view token_hash, ashlar::Time expires_at) {
  const std::lock_guard lock(mutex_);
  database_.run("INSERT OR REPLACE INTO users_reset (user_id, token_hash, expires_at) VALUES (?, ?, ?)", user_id,
                token_hash, expires_at);
}

std::optional<std::string> UserStore::take_reset(std::string_view token_hash, ashlar::Time now) {
  const std::lock_guard lock(mutex_);
  ashlar::store::Transaction transaction(database_);
  database_.run("DELETE FROM users_reset WHERE expires_at <= ?", now);
  std::optional<std::string> user_id;
  auto row = database_.query("DELETE FROM users_reset WHERE token_hash = ? RETURNING user_id", token_hash);
  while (row.step()) user_id = row.get<std::string>(0);
  transaction.commit();
  return user_id;
}

void UserStore::check() {
  const std::lock_guard lock(mutex_);
  database_.query("SELECT 1 FROM users_user LIMIT 1").step();
}

std::optional<User> UserStore::first(std::string_view where, std::string_view value) {
  auto row = database_.query(
      "SELECT user_id, email, full_name, company FROM users_user WHERE " + std::string(where) + " = ?", value);
  if (!row.step()) return std::nullopt;
  return User{row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2),
              row.get<std::optional<std::string>>(3)};
}

}  // namespace users
