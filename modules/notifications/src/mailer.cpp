#include "mailer.hpp"

#include <utility>

namespace notifications {

Mailer::Mailer(MailBook& book, Delivery& delivery, Mailbox from)
    : book_(book), delivery_(delivery), from_(std::move(from)) {}

void Mailer::welcome(const users::UserCreated& event, const Occasion& occasion) {
  const Mailbox user{event.full_name, event.email};
  book_.remember(event.user_id, user);
  send(user, notifications::welcome(event), occasion);
}

void Mailer::send_token(const users::PasswordResetRequested& event, const Occasion& occasion) {
  send({event.full_name, event.email}, password_reset(event), occasion);
}

void Mailer::confirm(const orders::OrderPlaced& event, const Occasion& occasion) {
  const Mailbox customer = book_.mailbox_of(event.customer_id);
  send(customer, order_confirmation(event, customer.name), occasion);
}

void Mailer::announce(const orders::OrderShipped& event, const Occasion& occasion) {
  const Mailbox customer = book_.mailbox_of(event.customer_id);
  send(customer, shipping_note(event, customer.name), occasion);
}

void Mailer::send(const Mailbox& to, Letter letter, const Occasion& occasion) {
  delivery_.deliver({.id = occasion.event_id,
                     .date = occasion.now,
                     .from = from_,
                     .to = to,
                     .subject = std::move(letter.subject),
                     .body = std::move(letter.body)});
}

}  // namespace notifications
