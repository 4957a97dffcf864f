#include "mail_book.hpp"

#include <ashlar/errors.hpp>
#include <ashlar/store/migrate.hpp>

namespace notifications {

MailBook::MailBook(const std::filesystem::path& file) : database_(file) {
  ashlar::store::migrate(database_, "notifications",
                         {"CREATE TABLE notifications_mailbox ("
                          "  user_id TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL) WITHOUT ROWID",
                          "CREATE TABLE notifications_sent ("
                          "  mail_id TEXT PRIMARY KEY, sent_at INTEGER NOT NULL) WITHOUT ROWID"});
}

void MailBook::remember(const std::string& user_id, const Mailbox& mailbox) {
  const std::lock_guard lock(mutex_);
  database_.run("INSERT OR REPLACE INTO notifications_mailbox VALUES (?, ?, ?)", user_id, mailbox.name,
                mailbox.address);
}

Mailbox MailBook::mailbox_of(const std::string& user_id) {
  const std::lock_guard lock(mutex_);
  auto row = database_.query("SELECT name, address FROM notifications_mailbox WHERE user_id = ?", user_id);
  if (!row.step()) {
    throw ashlar::Error("no address is known of user '" + user_id + "': the event user.created never came for it");
  }
  return {row.get<std::string>(0), row.get<std::string>(1)};
}

bool MailBook::was_sent(const std::string& mail_id) {
  const std::lock_guard lock(mutex_);
  return database_.query("SELECT 1 FROM notifications_sent WHERE mail_id = ?", mail_id).step();
}

void MailBook::mark_sent(const std::string& mail_id, ashlar::Time at) {
  const std::lock_guard lock(mutex_);
  database_.run("INSERT OR IGNORE INTO notifications_sent VALUES (?, ?)", mail_id, at);
}

void MailBook::check() {
  const std::lock_guard lock(mutex_);
  (void)database_.query("SELECT 1 FROM notifications_mailbox LIMIT 1").step();
}

}  // namespace notifications
