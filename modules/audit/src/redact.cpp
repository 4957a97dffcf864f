#include "redact.hpp"

#include <ashlar/mask_secrets.hpp>

namespace audit {

std::string redact(std::string_view json) { return ashlar::mask_secrets(json); }

}  // namespace audit
