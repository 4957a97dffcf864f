#pragma once

#include <ashlar/errors.hpp>
#include <functional>
#include <memory>
#include <string>

#include "delivery.hpp"
#include "options.hpp"

namespace notifications {

// Hands mails to a mail server. Keeps its connection from one mail to the next; mails wait for each other. TLS is
// used where the server offers it, and always when there is a password.
class SmtpServer final : public Delivery {
 public:
  // Connects with the first mail, not before. Throws ashlar::Error for a URL that is none of SMTP.
  explicit SmtpServer(const SmtpOptions& options);
  ~SmtpServer() override;

  // Returns when the server has accepted the mail; throws Undeliverable with its answer where it never will, ashlar::Error
  // for any other answer, or after the timeout. Knows no ids: a mail given twice is sent twice.
  void deliver(const Mail& mail) override;

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace notifications
