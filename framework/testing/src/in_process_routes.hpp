#pragma once

#include <ashlar/event_context.hpp>
#include <ashlar/log.hpp>
#include <ashlar/routes.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ashlar::testing {

// Answers requests by the routes that modules offer, as the HTTP server does, without a socket. Any thread.
class InProcessRoutes final : public Routes {
 public:
  explicit InProcessRoutes(Log log);

  void add(std::string method, std::string path, RouteHandler handler) override;
  void clear() override;

  // `target` is a path, perhaps with a query. Never throws because of a route.
  Response call(std::string method, std::string_view target, std::string body,
                std::map<std::string, std::string> headers) const;

 private:
  struct Route {
    std::string method;
    std::string path;
    std::vector<std::string> segments;
    RouteHandler handler;
  };

  static bool matches(const Route& route, const std::vector<std::string>& segments);
  static bool more_exact(const Route& a, const Route& b);
  std::shared_ptr<const Route> find(std::string_view method, const std::vector<std::string>& segments,
                                    std::string& allowed) const;
  Response answer(const Route& route, const Request& request) const;

  Log log_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const Route>> routes_;
};

}  // namespace ashlar::testing
