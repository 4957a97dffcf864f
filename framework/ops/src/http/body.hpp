#pragma once

#include <cstddef>
#include <string>

#include "http/connection.hpp"
#include "http/head.hpp"

namespace ashlar::ops {

enum class BodyOutcome { whole, too_large, timed_out, broken };

// Reads the body that `framing` announces into `body`, `most` bytes at most. Strict about chunks; their extensions and
// trailers are passed over. After anything but `whole` nobody knows where the next request begins.
BodyOutcome read_body(Connection& connection, const Framing& framing, std::size_t most, std::string& body);

}  // namespace ashlar::ops
