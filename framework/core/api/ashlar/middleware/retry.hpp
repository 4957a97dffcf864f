#pragma once

#include <ashlar/middleware.hpp>
#include <chrono>

namespace ashlar {

struct RetryOptions {
  int attempts = 3;  // the first one counted
  std::chrono::milliseconds first_delay{10};
  double factor = 2;  // each delay is this many times the one before
  std::chrono::milliseconds max_delay{1'000};
  double jitter = 0.2;  // of each delay, more or less, by chance
};

// Calls a handler that has thrown again, after a delay on the same thread. Only handlers registered with
// `.repeat = Repeat::allowed`: publish() returns when the last attempt has ended, and handlers behind it wait. The last
// attempt's error is the handler's failure; the ones before are warnings in the log. A host that is about to stop ends the
// delays.
class Retry final : public Middleware {
 public:
  // Throws Error for options that make no sense.
  explicit Retry(RetryOptions options = {});

  bool wraps(const HandlerInfo& handler) override { return handler.options.repeat == Repeat::allowed; }
  void around(const HandlerCall& call, const Next& next) override;

 private:
  std::chrono::nanoseconds delay_after(int attempt) const;

  RetryOptions options_;
};

}  // namespace ashlar
