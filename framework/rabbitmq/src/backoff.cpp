#include "backoff.hpp"

#include <algorithm>

namespace ashlar::rabbitmq {

std::chrono::milliseconds Backoff::next() {
  const int doubled = std::min(tries_++, 30);
  return part(0.25, std::min(most_, first_ * (std::int64_t{1} << doubled)));
}

std::chrono::milliseconds Backoff::longest() { return part(0.75, most_); }

std::chrono::milliseconds Backoff::part(double least, std::chrono::milliseconds whole) {
  const double share = std::uniform_real_distribution<double>(least, 1)(random_);
  return std::chrono::milliseconds(static_cast<std::int64_t>(share * static_cast<double>(whole.count())));
}

}  // namespace ashlar::rabbitmq
