#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event_context.hpp>
#include <ashlar/log.hpp>
#include <ashlar/routes.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "http/head.hpp"
#include "http/route_table.hpp"

namespace ashlar::ops {

// One request on its way to its answer.
struct Exchange {
  Request request;
  const Route* route = nullptr;
  Correlation correlation;
  std::chrono::steady_clock::time_point began;
  Framing framing{};
  std::optional<Response> refusal{};  // the answer where the body need not be read
};

Response error_response(int status, std::string_view message, std::string_view field = {});

// Turns requests into answers by the routes; knows no sockets. Any thread.
class Endpoint {
 public:
  // All outlive it.
  Endpoint(const RouteTable& routes, Log log, std::size_t max_body);

  // Finds the route, and what is wrong with the request as far as its head shows it.
  Exchange begin(const RequestHead& head) const;

  // Calls the route, with the body in place, inside a CorrelationScope; or gives the refusal. Never throws.
  Response answer(Exchange& exchange) const;

  std::size_t max_body() const { return max_body_; }

 private:
  std::optional<Response> refuse(const RequestHead& head, Exchange& exchange) const;
  Response call(const Exchange& exchange) const;

  const RouteTable& routes_;
  Log log_;
  std::size_t max_body_;
};

}  // namespace ashlar::ops
