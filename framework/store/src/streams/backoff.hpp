#pragma once

#include <ashlar/stream.hpp>
#include <chrono>
#include <functional>

namespace ashlar::store {

// Even numbers from -1 to 1; one thread at a time.
using Randomness = std::function<double()>;
Randomness make_randomness();

// How long an event waits whose delivery number `count` failed; `random` is from -1 to 1.
std::chrono::milliseconds backoff_of(const StreamOptions& options, int count, double random);

}  // namespace ashlar::store
