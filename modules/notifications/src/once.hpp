#pragma once

#include "delivery.hpp"
#include "mail_book.hpp"

namespace notifications {

// Delivers each mail once, for a delivery that cannot tell by itself: it notes in the book what was delivered. After
// a crash between the two the mail is sent again, with the same Message-ID.
class Once final : public Delivery {
 public:
  Once(Delivery& delivery, MailBook& book) : delivery_(delivery), book_(book) {}

  void deliver(const Mail& mail) override {
    if (book_.was_sent(mail.id)) return;
    delivery_.deliver(mail);
    book_.mark_sent(mail.id, mail.date);
  }

 private:
  Delivery& delivery_;
  MailBook& book_;
};

}  // namespace notifications
