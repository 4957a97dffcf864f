#pragma once

#include <ashlar/errors.hpp>
#include <ashlar/json.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace ashlar {

struct Request {
  std::string method;
  std::string path;
  std::map<std::string, std::string> parameters;  // `:id` of the route's path
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // The body read into a described struct; JsonError becomes a 400 that names the field. As large as the server takes one:
  // http.max_body.
  template <class T>
  T json() const {
    return from_json<T>(body, {.bytes = body.size()});
  }

  // A parameter of the route's path that the route declares.
  const std::string& parameter(const std::string& name) const { return parameters.at(name); }

  // A query parameter, or `fallback` when it is absent.
  std::string query_or(const std::string& name, std::string_view fallback) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string(fallback) : found->second;
  }
};

struct Response {
  int status = 200;
  std::string body{};
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers{};

  // A described struct, or a vector of them, as JSON.
  template <class T>
  static Response json(const T& value, int status = 200) {
    return {.status = status, .body = to_json(value)};
  }
  static Response text(std::string body, int status = 200) {
    return {.status = status, .body = std::move(body), .content_type = "text/plain; charset=utf-8"};
  }
};

// Thrown by a route to answer with an error: `throw HttpError(404, "/order_id", "no order 17")` gives
// {"error": {"field": "/order_id", "message": "no order 17"}}. Any other exception becomes a 500 without details.
class HttpError : public Error {
 public:
  HttpError(int status, std::string field, const std::string& message)
      : Error(message), status_(status), field_(std::move(field)) {}
  int status() const noexcept { return status_; }
  const std::string& field() const noexcept { return field_; }

 private:
  int status_;
  std::string field_;
};

using RouteHandler = std::function<Response(const Request&)>;

// Where a module offers HTTP routes, in start(): `routes.get("/orders/:id", …)`. A host whose application serves no HTTP
// ignores them. Handlers are called from many threads, from when the host runs until it stops, each inside a
// CorrelationScope made from the request. Two routes of one method and path throw DeclarationError.
class Routes {
 public:
  virtual ~Routes() = default;

  void get(std::string path, RouteHandler handler) { add("GET", std::move(path), std::move(handler)); }
  void post(std::string path, RouteHandler handler) { add("POST", std::move(path), std::move(handler)); }
  void put(std::string path, RouteHandler handler) { add("PUT", std::move(path), std::move(handler)); }
  void remove(std::string path, RouteHandler handler) { add("DELETE", std::move(path), std::move(handler)); }

  virtual void add(std::string method, std::string path, RouteHandler handler) = 0;

  // Forgets every route; the host calls it when it has stopped, so that it can start again.
  virtual void clear() = 0;
};

}  // namespace ashlar
