#include "http/http_server.hpp"

#include <ashlar/errors.hpp>
#include <httplib.h>
#include <netdb.h>
#include <optional>
#include <utility>

#include "http/body.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/listener.hpp"

namespace ashlar::ops {
namespace {

constexpr std::size_t most_requests = 1000;  // of one connection

class Stream final : public httplib::Stream {
 public:
  explicit Stream(Connection& connection) : connection_(connection) {}

  bool is_readable() const override { return connection_.readable(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* data, size_t size) override { return connection_.read(data, size); }
  ssize_t write(const char* data, size_t size) override { return connection_.write(data, size); }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // The library asks only to refuse numbers that select() cannot take; nobody selects here.
  socket_t socket() const override { return 0; }

 private:
  Connection& connection_;
};

// What the callbacks of the library, which get nothing but its own types, need of the request that this thread serves.
struct Current {
  Connection& connection;
  std::optional<Exchange> exchange{};  // empty until the headers have come
  bool close = false;
};

thread_local Current* current = nullptr;

// The library reads requests and writes responses; sockets, threads, limits and routes are ours.
class Protocol final : public httplib::Server {
 public:
  Protocol(const HttpOptions& options, const Endpoint& endpoint) : endpoint_(endpoint) {
    set_keep_alive_timeout(std::chrono::ceil<std::chrono::seconds>(options.keep_alive_timeout).count());
    set_keep_alive_max_count(most_requests);
    // The library stops reading behind the headers; the body is ours too.
    set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      answer(response);
      return HandlerResponse::Handled;
    });
    set_error_handler(HandlerWithResponse([](const httplib::Request&, httplib::Response& response) {
      if (!current->exchange) refuse_head(response);
      return HandlerResponse::Handled;
    }));
  }

  // Until the client or the limits end it.
  void serve(Connection& connection) {
    Stream stream(connection);
    for (std::size_t served = 1; served <= most_requests && connection.await_request(); ++served) {
      Current here{.connection = connection};
      current = &here;
      bool closed = false;
      const bool written = process_request(stream, served == most_requests, closed, [&](httplib::Request& request) {
        here.close = connection.crowded();
        begin(request);
      });
      current = nullptr;
      if (!here.exchange && !written) refuse_line(connection);
      // A head that was not understood leaves no way to tell where the next request begins.
      if (!written || closed || here.close || !here.exchange) break;
    }
    connection.close_gently();
  }

 private:
  void begin(httplib::Request& request) {
    Current& here = *current;
    // The library decodes values and drops headers that it does not understand; what counts is what was sent.
    here.exchange = endpoint_.begin(parse_head(here.connection.head_received()));

    // The routes are ours: one path for the library, no ranges, and no invitation to send a body that is not wanted.
    request.path = "/";
    request.ranges.clear();
    if (here.exchange->refusal) {
      request.headers.erase("Expect");
      if (here.exchange->framing.has_body || !here.exchange->framing.problem.empty()) here.close = true;
    }
    if (here.close) {
      request.headers.erase("Connection");
      request.headers.emplace("Connection", "close");
    }
  }

  void answer(httplib::Response& response) {
    Exchange& exchange = *current->exchange;
    if (!exchange.refusal && exchange.framing.has_body) read_body(exchange);
    const std::string route = exchange.route == nullptr ? "no route" : exchange.route->path;
    current->connection.answering(exchange.request.method + " " + route);
    write(endpoint_.answer(exchange), response);
  }

  void read_body(Exchange& exchange) {
    const std::size_t most = endpoint_.max_body();
    const BodyOutcome outcome = ops::read_body(current->connection, exchange.framing, most, exchange.request.body);
    if (outcome == BodyOutcome::whole) return;
    current->close = true;
    if (outcome == BodyOutcome::too_large) {
      exchange.refusal =
          error_response(413, "the body has more than " + std::to_string(most) + " bytes (http.max_body)");
    } else if (outcome == BodyOutcome::timed_out) {
      exchange.refusal = error_response(408, "the body did not come in time");
    } else {
      exchange.refusal = error_response(400, "the body ended before it was whole, or its chunks are not well-formed");
    }
  }

  // The library gave up on the head by itself; it has a status, and no more.
  static void refuse_head(httplib::Response& response) {
    current->close = true;
    std::string_view problem = "this is not an HTTP/1.1 request";
    if (current->connection.trouble() == Connection::Trouble::head_too_large) {
      response.status = 431;
      problem = "the request's headers are too large";
    } else if (current->connection.trouble() == Connection::Trouble::timed_out) {
      response.status = 408;
      problem = "the request's headers did not come in time";
    } else if (response.status == 414) {
      problem = "the request's path is too long";
    } else if (response.status == 416) {
      problem = "the Range header is not well-formed";
    }
    write(error_response(response.status, problem), response);
  }

  // The library says nothing where not even the first line came to its end.
  static void refuse_line(Connection& connection) {
    const bool late = connection.trouble() == Connection::Trouble::timed_out;
    if (!late && connection.trouble() != Connection::Trouble::head_too_large) return;
    const std::string text = std::string("HTTP/1.1 ") + (late ? "408 Request Timeout" : "414 URI Too Long") +
                             "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    connection.write(text.data(), text.size());
  }

  static void write(const Response& from, httplib::Response& to) {
    to.status = from.status;
    for (const auto& [name, value] : from.headers) to.set_header(name, value);
    to.set_content(from.body, from.content_type);
  }

  const Endpoint& endpoint_;
};

}  // namespace

// Shared with the threads that serve, so that one that outlasts the stop still finds it.
struct HttpServer::Service {
  Service(const HttpOptions& with, const RouteTable& routes, Log log)
      : options(with), endpoint(routes, std::move(log), with.max_body), protocol(options, endpoint) {}

  const HttpOptions options;
  const Endpoint endpoint;
  Protocol protocol;
};

HttpServer::HttpServer(const HttpOptions& options, const RouteTable& routes, Log log) {
  service_ = std::make_shared<Service>(options, routes, std::move(log));
  listener_ = std::make_unique<Listener>(
      Listener::Options{
          .address = options.address,
          .port = options.port,
          .threads = options.threads,
          .limits = {.receive_timeout = options.receive_timeout, .keep_alive_timeout = options.keep_alive_timeout}},
      [service = service_](Connection& connection) { service->protocol.serve(connection); });
}

HttpServer::~HttpServer() = default;

std::string HttpServer::url() const { return url_of(service_->options.address, port()); }

std::uint16_t HttpServer::port() const { return listener_->port(); }

std::vector<std::string> HttpServer::stop(std::chrono::steady_clock::time_point deadline) {
  return listener_->stop(deadline);
}

}  // namespace ashlar::ops
