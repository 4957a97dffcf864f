#include "http/endpoint.hpp"

#include <ashlar/errors.hpp>
#include <ashlar/middleware/traceparent.hpp>
#include <ashlar/uuid.hpp>
#include <exception>
#include <utility>

#include "http/target.hpp"
#include "text/json_text.hpp"

namespace ashlar::ops {
namespace {

Response bad_json(const JsonError& error) {
  std::string_view problem = error.what();
  const std::string place = error.pointer() + ": ";
  if (!error.pointer().empty() && problem.starts_with(place)) problem.remove_prefix(place.size());
  return error_response(400, problem, error.pointer());
}

Response method_not_allowed(const std::vector<std::string>& methods, std::string_view method) {
  std::string allow = "OPTIONS";
  for (const std::string& allowed : methods) allow += ", " + allowed;
  Response response =
      method == "OPTIONS"
          ? Response{.status = 204}
          : error_response(405, "this path does not take " + std::string(method) + "; it takes " + allow);
  response.headers["Allow"] = allow;
  return response;
}

Correlation correlation_of(const std::map<std::string, std::string>& headers) {
  const auto first_sane = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const auto found = headers.find(name);
      if (found != headers.end() && is_sane_id(found->second)) return found->second;
    }
    return std::string();
  };
  Correlation correlation{.correlation_id = first_sane({"x-correlation-id", "x-request-id"}),
                          .tenant_id = first_sane({"x-tenant-id"}),
                          .user_id = first_sane({"x-user-id"})};
  if (const auto header = headers.find("traceparent"); correlation.correlation_id.empty() && header != headers.end()) {
    if (const auto trace = parse_traceparent(header->second)) correlation.correlation_id = trace->trace_id;
  }
  if (correlation.correlation_id.empty()) {
    correlation.correlation_id = Uuid::v7(system_clock().now().time_since_epoch().count()).to_string();
  }
  return correlation;
}

std::string name_of(const Exchange& exchange) {
  return exchange.request.method + " " + (exchange.route == nullptr ? "no route" : exchange.route->path);
}

}  // namespace

Response error_response(int status, std::string_view message, std::string_view field) {
  std::string body = R"({"error": {)";
  if (!field.empty()) body += R"("field": )" + json_text(field) + ", ";
  body += R"("message": )" + json_text(message) + "}}\n";
  return {.status = status, .body = std::move(body)};
}

Endpoint::Endpoint(const RouteTable& routes, Log log, std::size_t max_body)
    : routes_(routes), log_(std::move(log)), max_body_(max_body) {}

Exchange Endpoint::begin(const RequestHead& head) const {
  Exchange exchange{.request = {.method = head.method}, .began = std::chrono::steady_clock::now()};
  for (const auto& [name, value] : head.headers) {
    auto& joined = exchange.request.headers[name];
    joined += (joined.empty() ? "" : ", ") + value;
  }
  exchange.correlation = correlation_of(exchange.request.headers);
  exchange.refusal = refuse(head, exchange);
  return exchange;
}

std::optional<Response> Endpoint::refuse(const RequestHead& head, Exchange& exchange) const {
  const Framing& framing = exchange.framing = framing_of(head);
  if (!framing.problem.empty()) return error_response(framing.status, framing.problem);

  std::optional<Target> target = parse_target(head.target);
  if (!target) {
    return error_response(400,
                          "the request's path or query is not well-formed: it begins with a slash, and %xx stands "
                          "for a byte of UTF-8 text");
  }
  RouteMatch match = routes_.find(head.method, target->segments);
  exchange.route = match.route;
  exchange.request.path = std::move(target->path);
  exchange.request.query = std::move(target->query);
  exchange.request.parameters = std::move(match.parameters);

  if (match.route == nullptr) {
    if (!match.methods.empty()) return method_not_allowed(match.methods, head.method);
    return error_response(404, "there is nothing at " + exchange.request.path);
  }
  if (!framing.has_body) return std::nullopt;
  if (head.method == "GET" || head.method == "HEAD") return error_response(400, head.method + " takes no body");
  if (framing.length > max_body_) {
    return error_response(413, "the body has " + std::to_string(framing.length) + " bytes, at most " +
                                   std::to_string(max_body_) + " are taken (http.max_body)");
  }
  return refuse_content(exchange.request.headers);
}

Response Endpoint::answer(Exchange& exchange) const {
  const CorrelationScope scope(exchange.correlation);
  Response response = exchange.refusal ? std::move(*exchange.refusal) : call(exchange);
  response.headers["X-Correlation-Id"] = exchange.correlation.correlation_id;
  if (log_.writes(LogLevel::debug)) {
    const auto took = std::chrono::steady_clock::now() - exchange.began;
    log_.debug("request", {{"route", name_of(exchange)},
                           {"status", response.status},
                           {"took_us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
                           {"correlation_id", exchange.correlation.correlation_id}});
  }
  return response;
}

Response Endpoint::call(const Exchange& exchange) const {
  const std::string& method = exchange.request.method;
  try {
    try {
      return exchange.route->handler(exchange.request);
    } catch (const HttpError& error) {
      return error_response(error.status(), error.what(), error.field());
    } catch (const JsonError& error) {
      // Where there was nothing to read, it was the answer that could not be written.
      if (method == "GET" || method == "HEAD") throw;
      return bad_json(error);
    }
  } catch (...) {
    log_.error("request failed", {{"route", name_of(exchange)},
                                  {"error", current_exception_message()},
                                  {"correlation_id", exchange.correlation.correlation_id}});
    return error_response(500, "something went wrong here; the log says what, under this correlation id: " +
                                   exchange.correlation.correlation_id);
  }
}

}  // namespace ashlar::ops
