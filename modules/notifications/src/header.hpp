#pragma once

#include <string>
#include <string_view>

#include "undeliverable.hpp"

namespace notifications {

// An address that no mail can be sent to.
class InvalidAddress : public Undeliverable {
 public:
  using Undeliverable::Undeliverable;
};

// `text` as the value of a header without structure, such as Subject: plain where it is short printable ASCII,
// otherwise as RFC 2047 encoded words, folded. Line breaks and other control characters come out encoded, so no text
// can begin a header of its own.
std::string header_text(std::string_view text);

// `name` as the display name before an address: a quoted string, or encoded words. Empty for an empty name.
std::string display_name(std::string_view name);

// Returns `address` when it is a plain one (RFC 5321: local part of at most 64 characters, a domain, ASCII, nothing
// quoted); throws InvalidAddress otherwise.
const std::string& checked_address(const std::string& address);

}  // namespace notifications
