#include "user_rows.hpp"

#include <ashlar/store/migrate.hpp>

#include "checks.hpp"

namespace users {

UserRows::UserRows(ashlar::store::Database& database) : database_(database) {
  ashlar::store::migrate(database_, "users",
                         {"CREATE TABLE users_user ("
                          "  user_id TEXT PRIMARY KEY, email TEXT NOT NULL, email_key TEXT NOT NULL UNIQUE,"
                          "  full_name TEXT NOT NULL, company TEXT) STRICT;"
                          "CREATE TABLE users_reset ("
                          "  user_id TEXT PRIMARY KEY REFERENCES users_user, token_hash TEXT NOT NULL UNIQUE,"
                          "  expires_at INTEGER NOT NULL) STRICT"});
}

void UserRows::add(const User& user) {
  database_.run("INSERT INTO users_user (user_id, email, email_key, full_name, company) VALUES (?, ?, ?, ?, ?)",
                user.user_id, user.email, email_key(user.email), user.full_name, user.company);
}

std::optional<User> UserRows::find(std::string_view user_id) { return first("user_id", user_id); }

std::optional<User> UserRows::find_by_email(std::string_view email) { return first("email_key", email_key(email)); }

void UserRows::put_reset(std::string_view user_id, std::string_view token_hash, ashlar::Time expires_at) {
  database_.run("INSERT OR REPLACE INTO users_reset (user_id, token_hash, expires_at) VALUES (?, ?, ?)", user_id,
                token_hash, expires_at);
}

std::optional<std::string> UserRows::take_reset(std::string_view token_hash, ashlar::Time now) {
  database_.run("DELETE FROM users_reset WHERE expires_at <= ?", now);
  std::optional<std::string> user_id;
  auto row = database_.query("DELETE FROM users_reset WHERE token_hash = ? RETURNING user_id", token_hash);
  while (row.step()) user_id = row.get<std::string>(0);
  return user_id;
}

std::optional<User> UserRows::first(std::string_view where, std::string_view value) {
  auto row = database_.query(
      "SELECT user_id, email, full_name, company FROM users_user WHERE " + std::string(where) + " = ?", value);
  if (!row.step()) return std::nullopt;
  return User{row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2),
              row.get<std::optional<std::string>>(3)};
}

}  // namespace users
