#include <ashlar/errors.hpp>
#include <ashlar/middleware/access_log.hpp>

namespace ashlar {

void AccessLog::around(const HandlerCall& call, const Next& next) {
  const Clock::Steady before = call.clock().steady_now();
  const auto took_us = [&] {
    return std::chrono::duration_cast<std::chrono::microseconds>(call.clock().steady_now() - before).count();
  };
  try {
    next();
  } catch (...) {
    call.log().info("handler failed", {{"took_us", took_us()}, {"error", current_exception_message()}});
    throw;
  }
  call.log().info("handled", {{"took_us", took_us()}});
}

}  // namespace ashlar
