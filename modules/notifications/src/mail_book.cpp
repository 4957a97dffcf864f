#include "mail_book.hpp"

#include <ashlar/store/migrate.hpp>
#include <utility>

#include "undeliverable.hpp"

namespace notifications {

MailBook::MailBook(ashlar::store::Database database) : database_(std::move(database)) {
  ashlar::store::migrate(database_, "notifications",
                         {"CREATE TABLE notifications_mailbox ("
                          "  user_id TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL) WITHOUT ROWID",
                          "CREATE TABLE notifications_sent ("
                          "  mail_id TEXT PRIMARY KEY, sent_at INTEGER NOT NULL) WITHOUT ROWID",
                          "DROP TABLE notifications_sent"});
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
    throw Undeliverable("no address is known of user '" + user_id + "': the event user.created never came for it");
  }
  return {row.get<std::string>(0), row.get<std::string>(1)};
}

void MailBook::check() {
  const std::lock_guard lock(mutex_);
  (void)database_.query("SELECT 1 FROM notifications_mailbox LIMIT 1").step();
}

}  // namespace notifications
