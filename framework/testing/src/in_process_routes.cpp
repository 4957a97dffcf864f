#include "in_process_routes.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/json.hpp>
#include <cstddef>
#include <set>
#include <utility>

#include "target.hpp"

namespace ashlar::testing {
namespace {

bool is_parameter(std::string_view segment) { return segment.starts_with(':'); }

Response error_response(int status, std::string_view message, const std::string& field = {}) {
  std::string body = R"({"error": {)";
  if (!field.empty()) body += R"("field": )" + to_json(field) + ", ";
  body += R"("message": )" + to_json(std::string(message)) + "}}\n";
  return {.status = status, .body = std::move(body)};
}

Response bad_json(const JsonError& error) {
  std::string_view problem = error.what();
  const std::string place = error.pointer() + ": ";
  if (!error.pointer().empty() && problem.starts_with(place)) problem.remove_prefix(place.size());
  return error_response(400, problem, error.pointer());
}

std::string first_of(const std::map<std::string, std::string>& headers, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto found = headers.find(name); found != headers.end()) return found->second;
  }
  return {};
}

}  // namespace

InProcessRoutes::InProcessRoutes(Log log) : log_(std::move(log)) {}

void InProcessRoutes::add(std::string method, std::string path, RouteHandler handler) {
  const std::string name = "the route " + method + " " + path;
  if (!path.starts_with('/')) throw DeclarationError(name + " must begin with a slash");
  if (!handler) throw DeclarationError(name + " has no handler");
  std::vector<std::string> segments = split(std::string_view(path).substr(1), '/');
  const std::lock_guard lock(mutex_);
  for (const auto& other : routes_) {
    const bool same =
        std::equal(other->segments.begin(), other->segments.end(), segments.begin(), segments.end(),
                   [](const auto& a, const auto& b) { return a == b || (is_parameter(a) && is_parameter(b)); });
    if (other->method == method && same) {
      throw DeclarationError(name + " is already there as " + other->path +
                             ": one method and path has one route, rename one of them");
    }
  }
  routes_.push_back(std::make_shared<const Route>(
      Route{std::move(method), std::move(path), std::move(segments), std::move(handler)}));
}

void InProcessRoutes::clear() {
  const std::lock_guard lock(mutex_);
  routes_.clear();
}

bool InProcessRoutes::matches(const Route& route, const std::vector<std::string>& segments) {
  return std::equal(
      route.segments.begin(), route.segments.end(), segments.begin(), segments.end(),
      [](const auto& wanted, const auto& given) { return is_parameter(wanted) ? !given.empty() : wanted == given; });
}

// The first segment where they differ decides: the written one goes before the parameter.
bool InProcessRoutes::more_exact(const Route& a, const Route& b) {
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    if (is_parameter(a.segments[i]) != is_parameter(b.segments[i])) return is_parameter(b.segments[i]);
  }
  return false;
}

std::shared_ptr<const InProcessRoutes::Route> InProcessRoutes::find(std::string_view method,
                                                                    const std::vector<std::string>& segments,
                                                                    std::string& allowed) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Route> best;
  std::set<std::string> methods;
  for (const auto& route : routes_) {
    if (!matches(*route, segments)) continue;
    methods.insert(route->method);
    if (route->method == method && (best == nullptr || more_exact(*route, *best))) best = route;
  }
  for (const std::string& other : methods) allowed += (allowed.empty() ? "" : ", ") + other;
  return best;
}

Response InProcessRoutes::call(std::string method, std::string_view target_text, std::string body,
                               std::map<std::string, std::string> headers) const {
  std::optional<Target> target = parse_target(target_text);
  if (!target) return error_response(400, "the request's path or query is not well-formed");
  std::string allowed;
  const auto route = find(method, target->segments, allowed);
  if (route == nullptr) {
    if (allowed.empty()) return error_response(404, "there is nothing at " + target->path);
    return error_response(405, "this path does not take " + method + "; it takes " + allowed);
  }
  Request request{.method = std::move(method),
                  .path = std::move(target->path),
                  .parameters = {},
                  .query = std::move(target->query),
                  .headers = std::move(headers),
                  .body = std::move(body)};
  for (std::size_t i = 0; i < route->segments.size(); ++i) {
    if (is_parameter(route->segments[i])) request.parameters.emplace(route->segments[i].substr(1), target->segments[i]);
  }
  const CorrelationScope scope({.correlation_id = first_of(request.headers, {"x-correlation-id", "x-request-id"}),
                                .tenant_id = first_of(request.headers, {"x-tenant-id"}),
                                .user_id = first_of(request.headers, {"x-user-id"})});
  return answer(*route, request);
}

Response InProcessRoutes::answer(const Route& route, const Request& request) const {
  try {
    try {
      return route.handler(request);
    } catch (const HttpError& error) {
      return error_response(error.status(), error.what(), error.field());
    } catch (const JsonError& error) {
      // Where there was nothing to read, it was the answer that could not be written.
      if (request.method == "GET") throw;
      return bad_json(error);
    }
  } catch (...) {
    const std::string message = current_exception_message();
    log_.error("request failed", {{"route", route.method + " " + route.path}, {"error", message}});
    return error_response(500, "something went wrong here; the log says what");
  }
}

}  // namespace ashlar::testing
