#pragma once

#include <string>

#include "mail.hpp"
#include "undeliverable.hpp"

namespace notifications {

// A way by which mails leave the shop. Any thread.
class Delivery {
 public:
  virtual ~Delivery() = default;

  // Returns when the mail is safe with the next one in the chain: on disk, or accepted by a mail server. Throws
  // Undeliverable where that is in vain, ashlar::Error otherwise; the same mail may then be tried again.
  virtual void deliver(const Mail& mail) = 0;

  // Why no mail could be delivered now, as far as can be told without one; empty: nothing is known to be wrong.
  virtual std::string health() { return {}; }
};

}  // namespace notifications
