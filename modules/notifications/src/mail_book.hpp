#pragma once

#include <ashlar/store/database.hpp>
#include <mutex>
#include <string>

#include "mail.hpp"

namespace notifications {

// Who can be written to. Any thread.
class MailBook {
 public:
  explicit MailBook(ashlar::store::Database database);

  void remember(const std::string& user_id, const Mailbox& mailbox);

  // Throws Undeliverable for a user whose registration was never heard.
  Mailbox mailbox_of(const std::string& user_id);

  // Throws where the database does not answer.
  void check();

 private:
  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
};

}  // namespace notifications
