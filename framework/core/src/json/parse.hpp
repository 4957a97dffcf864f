#pragma once

#include <ashlar/json.hpp>
#include <nlohmann/json.hpp>
#include <string_view>

namespace ashlar::detail {

// Reads a document that nobody vouches for. Throws JsonError for a syntax error, bytes that are not UTF-8, a member that
// stands twice, a number beyond a double, and past the limits; reads nothing beyond the fault.
nlohmann::json parse_json(std::string_view text, const JsonLimits& limits);

}  // namespace ashlar::detail
