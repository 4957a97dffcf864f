#pragma once

#include <ashlar/event.hpp>
#include <ashlar/shape.hpp>
#include <chrono>
#include <cstdint>
#include <string>

namespace ashlar::ops {

// The `http:` section of the configuration.
struct HttpOptions {
  bool enabled = true;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;                            // 0: any free one
  std::uint32_t max_body = 1024 * 1024;                 // bytes
  std::uint16_t threads = 16;                           // requests that are answered at once
  std::chrono::milliseconds receive_timeout{30'000};    // from a request's first byte to its last; then 408
  std::chrono::milliseconds keep_alive_timeout{5'000};  // how long a silent client keeps its connection
};
ASHLAR_STRUCT(HttpOptions, enabled, address, port, max_body, threads, receive_timeout, keep_alive_timeout)

}  // namespace ashlar::ops
