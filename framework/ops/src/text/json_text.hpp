#pragma once

#include <string>
#include <string_view>

namespace ashlar::ops {

// `text` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD, so that it never fails.
std::string json_text(std::string_view text);

}  // namespace ashlar::ops
