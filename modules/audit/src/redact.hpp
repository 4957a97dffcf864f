#pragma once

#include <string>
#include <string_view>

namespace audit {

// JSON with "***" instead of every value whose name says that it is nobody's business: a name that holds token,
// password, secret or credential, in any case and at any depth. `json` is well-formed.
std::string redact(std::string_view json);

}  // namespace audit
