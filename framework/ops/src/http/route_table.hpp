#pragma once

#include <ashlar/routes.hpp>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ashlar::ops {

struct Route {
  std::string method;
  std::string path;  // as it was added: `/orders/:id`
  std::vector<std::string> segments;
  RouteHandler handler;
};

struct RouteMatch {
  const Route* route = nullptr;  // null: none
  std::map<std::string, std::string> parameters{};
  std::vector<std::string> methods{};  // where the path is known but the method is not: what it takes, in order
};

// The routes of an application: its modules', which come with each start and go with each stop, and its own, which stay.
// Filled by one thread before requests come, and read by many while they do.
class RouteTable final : public Routes {
 public:
  // Throws DeclarationError for a second route of one method and path, and for a malformed path.
  void add(std::string method, std::string path, RouteHandler handler) override;

  // Forgets what add() added.
  void clear() override;

  void add_own(std::string method, std::string path, RouteHandler handler);

  // A segment that is written out is preferred to a parameter. HEAD finds the GET route.
  RouteMatch find(std::string_view method, const std::vector<std::string>& segments) const;

 private:
  std::vector<Route> own_;
  std::vector<Route> routes_;
};

}  // namespace ashlar::ops
