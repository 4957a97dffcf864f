#pragma once

#include <string>
#include <string_view>

namespace notifications {

// UTF-8 text as the body of a mail (RFC 2045, section 6.7): lines end in CRLF and have at most 76 characters,
// everything but printable ASCII is written as =XX. Any line break of `text` becomes one. Ends in CRLF unless it is
// empty.
std::string quoted_printable(std::string_view text);

}  // namespace notifications
