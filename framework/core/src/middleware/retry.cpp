#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/middleware/retry.hpp>
#include <cmath>
#include <random>

namespace ashlar {
namespace {

// Between -1 and 1.
double chance() {
  thread_local std::minstd_rand numbers{std::random_device{}()};
  return std::uniform_real_distribution<double>(-1, 1)(numbers);
}

}  // namespace

Retry::Retry(RetryOptions options) : options_(options) {
  const bool sane = options_.attempts >= 1 && options_.first_delay.count() >= 0 && options_.max_delay.count() >= 0 &&
                    options_.factor >= 1 && options_.jitter >= 0 && options_.jitter <= 1;
  if (!sane) {
    throw Error(
        "Retry wants at least one attempt, delays of 0 or more, a factor of 1 or more and a jitter from 0 to 1");
  }
}

std::chrono::nanoseconds Retry::delay_after(int attempt) const {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  const Milliseconds most = options_.max_delay;
  const Milliseconds grown = Milliseconds(options_.first_delay) * std::pow(options_.factor, attempt - 1);
  const Milliseconds delay = std::min(grown, most) * (1 + options_.jitter * chance());
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::min(delay, most));
}

void Retry::around(const HandlerCall& call, const Next& next) {
  for (int attempt = 1; attempt < options_.attempts; ++attempt) {
    try {
      return next();
    } catch (...) {
      const auto delay = delay_after(attempt);
      call.log().warning("handler failed and will be called again",
                         {{"attempt", attempt},
                          {"delay_ms", std::chrono::duration_cast<std::chrono::milliseconds>(delay).count()},
                          {"error", current_exception_message()}});
      if (!call.pause(delay)) throw;
    }
  }
  next();
}

}  // namespace ashlar
