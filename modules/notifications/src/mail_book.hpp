#pragma once

#include <ashlar/store/database.hpp>
#include <filesystem>
#include <mutex>
#include <string>

#include "mail.hpp"

namespace notifications {

// Who can be written to, and what was sent by SMTP already; kept in the shop's database. Any thread.
class MailBook {
 public:
  explicit MailBook(const std::filesystem::path& file);

  void remember(const std::string& user_id, const Mailbox& mailbox);

  // Throws ashlar::Error for a user whose registration was never heard.
  Mailbox mailbox_of(const std::string& user_id);

  bool was_sent(const std::string& mail_id);
  void mark_sent(const std::string& mail_id, ashlar::Time at);

  // Throws where the database does not answer.
  void check();

 private:
  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
};

}  // namespace notifications
