#include "backoff.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

namespace ashlar::store {

Randomness make_randomness() {
  auto engine = std::make_shared<std::minstd_rand>(std::random_device{}());
  return [engine] { return std::uniform_real_distribution<double>(-1, 1)(*engine); };
}

std::chrono::milliseconds backoff_of(const StreamOptions& options, int count, double random) {
  const double wanted = static_cast<double>(options.backoff.count()) * std::exp2(std::clamp(count - 1, 0, 60));
  const double delay = std::min(wanted, static_cast<double>(options.max_backoff.count()));
  return std::chrono::milliseconds(std::llround(std::max(0.0, delay * (1 + options.jitter * random))));
}

}  // namespace ashlar::store
