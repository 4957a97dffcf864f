#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::ops {

// What a request asks for, percent-decoded.
struct Target {
  std::string path;
  std::vector<std::string> segments;  // of the path, each decoded after the split: %2F stays inside its segment
  std::map<std::string, std::string> query;
};

// Reads `/orders/7?by=month`. Strict: nothing for a broken percent-encoding, a NUL byte, text that is not UTF-8 or what
// does not begin with a slash. Of a query parameter that comes twice the first counts.
std::optional<Target> parse_target(std::string_view text);

}  // namespace ashlar::ops
