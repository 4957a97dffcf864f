#pragma once

#include <ashlar/clock.hpp>
#include <string>

namespace notifications {

struct Mailbox {
  std::string name;  // may be empty
  std::string address;

  friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

struct Mail {
  std::string id;  // of the event that it tells of: letters, digits and '-'; one event makes one mail
  ashlar::Time date{};
  Mailbox from;
  Mailbox to;
  std::string subject;
  std::string body;  // lines end in \n

  friend bool operator==(const Mail&, const Mail&) = default;
};

// The mail as RFC 5322 wants it on the wire and in files: ASCII, lines ending in CRLF. Whatever the names and the
// subject hold, the headers are these. Throws InvalidAddress for an address that could not be written safely.
std::string to_rfc5322(const Mail& mail);

}  // namespace notifications
