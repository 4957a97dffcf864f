#pragma once

#include <ashlar/log.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "http/http_options.hpp"
#include "http/route_table.hpp"

namespace ashlar::ops {

class Listener;

// Serves a RouteTable over HTTP/1.1 from when it is made until it is stopped or destroyed.
class HttpServer {
 public:
  // Takes requests when this returns. Throws Error where the port cannot be opened. `routes` outlives it.
  HttpServer(const HttpOptions& options, const RouteTable& routes, Log log);

  // Stops, and waits without limit for the requests that are being answered, because they use what is destroyed next.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // `http://127.0.0.1:8080`
  std::string url() const;
  std::uint16_t port() const;

  // Takes no more requests and waits for those that are being answered. Returns the ones that are not at the deadline
  // (`GET /orders/:id`).
  std::vector<std::string> stop(std::chrono::steady_clock::time_point deadline);

 private:
  struct Service;
  std::shared_ptr<Service> service_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace ashlar::ops
