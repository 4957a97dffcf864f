#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::testing {

// What a request asks for: `/orders/7?verbose=1`, with %xx decoded.
struct Target {
  std::string path;
  std::vector<std::string> segments;
  std::map<std::string, std::string> query;
};

// Nothing for a text that does not begin with a slash or has a broken %xx.
std::optional<Target> parse_target(std::string_view text);

// `/orders/:id` -> `orders`, `:id`.
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace ashlar::testing
