#pragma once

#include <orders/events.hpp>
#include <string>
#include <users/events.hpp>

#include "delivery.hpp"
#include "letters.hpp"
#include "mail_book.hpp"

namespace notifications {

// The event that a mail tells of: its id becomes the mail's, so that the same event makes no second mail.
struct Occasion {
  std::string event_id;
  ashlar::Time now{};
};

// Turns what happened into mails. Any thread; throws what the book and the delivery throw.
class Mailer {
 public:
  Mailer(MailBook& book, Delivery& delivery, Mailbox from);

  void welcome(const users::UserCreated& event, const Occasion& occasion);
  void send_token(const users::PasswordResetRequested& event, const Occasion& occasion);
  void confirm(const orders::OrderPlaced& event, const Occasion& occasion);
  void announce(const orders::OrderShipped& event, const Occasion& occasion);

 private:
  void send(const Mailbox& to, Letter letter, const Occasion& occasion);

  MailBook& book_;
  Delivery& delivery_;
  Mailbox from_;
};

}  // namespace notifications
