#pragma once

#include <string>
#include <string_view>

namespace ashlar {

// JSON on one line with "***" instead of every value whose name says that it is nobody's business: a name that holds token,
// password, secret or credential, in any case and at any depth. All else stays as it is, in its order. Throws JsonError for
// what is no JSON, or deeper than JsonLimits allows.
std::string mask_secrets(std::string_view json);

}  // namespace ashlar
