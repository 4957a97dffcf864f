#include "http/route_table.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace ashlar::ops {
namespace {

bool is_parameter(std::string_view segment) { return segment.starts_with(':'); }

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

Route make_route(std::string method, std::string path, RouteHandler handler) {
  const std::string route = "the route " + method + " " + path;
  if (!path.starts_with('/')) throw DeclarationError(route + " must begin with a slash");
  std::vector<std::string> segments = split(path);
  std::set<std::string_view> names;
  for (const std::string& segment : segments) {
    if (!is_parameter(segment)) continue;
    if (segment.size() == 1) throw DeclarationError(route + " has a parameter without a name: write it as /orders/:id");
    if (!names.insert(segment).second) throw DeclarationError(route + " has the parameter " + segment + " twice");
  }
  if (!handler) throw DeclarationError(route + " has no handler");
  return {std::move(method), std::move(path), std::move(segments), std::move(handler)};
}

// True for paths that match the same requests: `/orders/:id` and `/orders/:order_id`.
bool same_path(const Route& a, const Route& b) {
  return std::equal(
      a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
      [](const std::string& x, const std::string& y) { return x == y || (is_parameter(x) && is_parameter(y)); });
}

void refuse_second(const std::vector<Route>& routes, const Route& route) {
  for (const Route& other : routes) {
    if (other.method != route.method || !same_path(other, route)) continue;
    throw DeclarationError("the route " + route.method + " " + route.path + " is already there as " + other.path +
                           ": one method and path has one route, rename one of them");
  }
}

bool matches(const Route& route, const std::vector<std::string>& segments) {
  return std::equal(route.segments.begin(), route.segments.end(), segments.begin(), segments.end(),
                    [](const std::string& pattern, const std::string& given) {
                      return is_parameter(pattern) ? !given.empty() : pattern == given;
                    });
}

// The first segment where they differ decides: the written one goes before the parameter.
bool more_exact(const Route& a, const Route& b) {
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    if (is_parameter(a.segments[i]) != is_parameter(b.segments[i])) return !is_parameter(a.segments[i]);
  }
  return false;
}

}  // namespace

void RouteTable::add(std::string method, std::string path, RouteHandler handler) {
  Route route = make_route(std::move(method), std::move(path), std::move(handler));
  refuse_second(own_, route);
  refuse_second(routes_, route);
  routes_.push_back(std::move(route));
}

void RouteTable::clear() { routes_.clear(); }

void RouteTable::add_own(std::string method, std::string path, RouteHandler handler) {
  own_.push_back(make_route(std::move(method), std::move(path), std::move(handler)));
}

RouteMatch RouteTable::find(std::string_view method, const std::vector<std::string>& segments) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  RouteMatch match;
  std::set<std::string> methods;
  for (const std::vector<Route>* routes : {&own_, &routes_}) {
    for (const Route& route : *routes) {
      if (!matches(route, segments)) continue;
      methods.insert(route.method);
      if (route.method == wanted && (match.route == nullptr || more_exact(route, *match.route))) match.route = &route;
    }
  }
  if (match.route == nullptr) {
    if (methods.contains("GET")) methods.insert("HEAD");
    match.methods.assign(methods.begin(), methods.end());
    return match;
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string& pattern = match.route->segments[i];
    if (is_parameter(pattern)) match.parameters.emplace(pattern.substr(1), segments[i]);
  }
  return match;
}

}  // namespace ashlar::ops
