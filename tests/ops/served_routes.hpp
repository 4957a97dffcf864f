#pragma once

#include <ashlar/log.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/http_server.hpp"
#include "http/route_table.hpp"
#include "raw_client.hpp"

// Keeps what is logged.
class KeptLog final : public ashlar::LogSink {
 public:
  bool writes(std::string_view, ashlar::LogLevel) const override { return true; }
  void write(std::string_view module, ashlar::LogLevel, std::string_view text,
             std::span<const ashlar::LogField> fields) override {
    std::string line = std::string(module) + ": " + std::string(text);
    for (const ashlar::LogField& field : fields) {
      if (const auto* value = std::get_if<std::string_view>(&field.value)) {
        line += " " + std::string(field.key) + "=" + std::string(*value);
      }
    }
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  std::size_t count(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        lines_.begin(), lines_.end(), [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// A server of some routes on a free port.
struct ServedRoutes {
  ashlar::ops::RouteTable routes;
  ashlar::ops::HttpOptions options{.port = 0, .threads = 4};
  std::shared_ptr<KeptLog> log = std::make_shared<KeptLog>();
  std::unique_ptr<ashlar::ops::HttpServer> server;

  // Returns the port.
  std::uint16_t serve() {
    server = std::make_unique<ashlar::ops::HttpServer>(options, routes, ashlar::Log(log, "http"));
    return server->port();
  }
};
