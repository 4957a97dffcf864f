#include <ashlar/event.hpp>
#include <ashlar/event_sink.hpp>
#include <ashlar/uuid.hpp>
#include <doctest/doctest.h>

#include <sys/resource.h>

#include <stdexcept>

#include "served_routes.hpp"

using ashlar::HttpError;
using ashlar::Request;
using ashlar::Response;

namespace http_test {

struct Line {
  std::string item;
  int quantity = 0;
};
ASHLAR_STRUCT(Line, item, quantity)

struct Order {
  std::vector<Line> lines;
};
ASHLAR_STRUCT(Order, lines)

struct Asked {
  int number = 0;
};
ASHLAR_EVENT(Asked, "http.test.asked", 1, number)

}  // namespace http_test

namespace {

struct LastMetadata final : ashlar::EventSink {
  ashlar::Metadata last;
  std::vector<ashlar::HandlerFailure> take(const ashlar::detail::EventType&, const void*,
                                           const ashlar::Metadata& metadata) override {
    last = metadata;
    return {};
  }
};

Response echo(const Request& request) { return Response::text(request.method + " " + request.body); }

}  // namespace

TEST_CASE("a route gets method, path, parameters, query, headers and body") {
  ServedRoutes served;
  Request seen;
  served.routes.post("/orders/:id", [&](const Request& request) {
    seen = request;
    return Response{.status = 201, .body = "{}", .headers = {{"Location", "/orders/7"}}};
  });
  const Answer answer = ask(served.serve(), posting("/orders/a%20b?dry=yes", R"({"x": 1})",
                                                    "Content-Type: application/json; charset=utf-8\r\n"
                                                    "X-Own: one\r\nx-own: 100%25\r\n"));
  CHECK(answer.status == 201);
  CHECK(answer.body == "{}");
  CHECK(answer.header("location") == "/orders/7");
  CHECK(answer.header("content-type") == "application/json");
  served.server.reset();
  CHECK(seen.method == "POST");
  CHECK(seen.path == "/orders/a b");
  CHECK(seen.parameter("id") == "a b");
  CHECK(seen.query_or("dry", "no") == "yes");
  CHECK(seen.headers.at("x-own") == "one, 100%25");
  CHECK(seen.body == R"({"x": 1})");
}

TEST_CASE("a field of the body that does not fit is a 400 that names it") {
  ServedRoutes served;
  served.routes.post("/orders", [](const Request& request) {
    return Response::text(std::to_string(request.json<http_test::Order>().lines.size()));
  });
  const auto port = served.serve();
  CHECK(ask(port, posting("/orders", R"({"lines": [{"item": "a", "quantity": 1}]})")).body == "1");
  const Answer answer = ask(port, posting("/orders", R"({"lines": [{"item": "a", "quantity": "3"}]})"));
  CHECK(answer.status == 400);
  CHECK(answer.body.starts_with(R"({"error": {"field": "/lines/0/quantity", "message": ")"));
  CHECK(answer.body.find(R"("message": "/lines)") == std::string::npos);
  CHECK(ask(port, posting("/orders", "{")).status == 400);
  CHECK(ask(port, posting("/orders", "")).status == 400);
  CHECK(served.log->count("request failed") == 0);
}

TEST_CASE("an HttpError becomes its status and names the field") {
  ServedRoutes served;
  served.routes.get("/orders/:id", [](const Request& request) -> Response {
    throw HttpError(404, "/order_id", "no order \"" + request.parameter("id") + "\"");
  });
  const Answer answer = get(served.serve(), "/orders/17");
  CHECK(answer.status == 404);
  CHECK(answer.body == "{\"error\": {\"field\": \"/order_id\", \"message\": \"no order \\\"17\\\"\"}}\n");
}

TEST_CASE("any other failure is a 500 without details, logged with them once") {
  ServedRoutes served;
  served.routes.get("/a", [](const Request&) -> Response { throw std::runtime_error("the secret details"); });
  served.routes.get("/b", [](const Request&) -> Response { throw 7; });
  const auto port = served.serve();
  const Answer answer = get(port, "/a", "X-Correlation-Id: abc\r\n");
  CHECK(answer.status == 500);
  CHECK(answer.body.find("secret") == std::string::npos);
  CHECK(answer.body.find("abc") != std::string::npos);
  CHECK(get(port, "/b").status == 500);
  CHECK(served.log->count("request failed") == 2);
  CHECK(served.log->count("request failed route=GET /a error=the secret details correlation_id=abc") == 1);
}

TEST_CASE("an unknown path is a 404, a known one with another method a 405 that says what it takes") {
  ServedRoutes served;
  served.routes.get("/items", echo);
  served.routes.post("/items", echo);
  const auto port = served.serve();
  CHECK(get(port, "/nothing").status == 404);
  CHECK(get(port, "/items/").status == 404);
  const Answer refused = ask(port, "DELETE /items HTTP/1.1\r\n\r\n");
  CHECK(refused.status == 405);
  CHECK(refused.header("allow") == "OPTIONS, GET, HEAD, POST");
  const Answer options = ask(port, "OPTIONS /items HTTP/1.1\r\n\r\n");
  CHECK(options.status == 204);
  CHECK(options.header("allow") == "OPTIONS, GET, HEAD, POST");
}

TEST_CASE("HEAD gives the headers of GET and no body") {
  ServedRoutes served;
  served.routes.get("/items", [](const Request&) { return Response::text("twelve bytes"); });
  RawClient client(served.serve());
  client.send("HEAD /items HTTP/1.1\r\n\r\n");
  const Answer head = client.receive("HEAD");
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "12");
  client.send("GET /items HTTP/1.1\r\n\r\n");
  CHECK(client.receive().body == "twelve bytes");
}

TEST_CASE("a request's events carry its correlation id, tenant and user, and the answer names the id") {
  LastMetadata published;
  ashlar::SinkBus bus(published, "asking");
  ServedRoutes served;
  served.routes.get("/who", [&](const Request&) {
    bus.publish(http_test::Asked{});
    return Response::text(published.last.correlation_id + "|" + published.last.tenant_id + "|" +
                          published.last.user_id);
  });
  const auto port = served.serve();
  const Answer given = get(port, "/who", "X-Correlation-Id: abc-1\r\nX-Tenant-Id: north\r\nX-User-Id: u7\r\n");
  CHECK(given.body == "abc-1|north|u7");
  CHECK(given.header("x-correlation-id") == "abc-1");
  CHECK(get(port, "/who", "X-Request-Id: r-1\r\n").body == "r-1||");

  for (const std::string& insane :
       {std::string(129, 'a'), std::string("a b"), std::string("\xC3\xA4"), std::string()}) {
    CAPTURE(insane);
    const Answer made = get(port, "/who", "X-Correlation-Id: " + insane + "\r\nX-Tenant-Id: " + insane + "\r\n");
    const std::string id = made.header("x-correlation-id");
    CHECK(ashlar::Uuid::parse(id));
    CHECK(made.body == id + "||");
  }
}

TEST_CASE("a refused request is told its correlation id too") {
  ServedRoutes served;
  CHECK(get(served.serve(), "/nothing", "X-Correlation-Id: abc\r\n").header("x-correlation-id") == "abc");
}

TEST_CASE("the access log names the route, not what was in the path or the query") {
  ServedRoutes served;
  served.routes.get("/reset/:token", [](const Request&) { return Response::text("ok"); });
  CHECK(get(served.serve(), "/reset/geheim?password=geheim", "Authorization: geheim\r\n").status == 200);
  served.server.reset();
  CHECK(served.log->count("route=GET /reset/:token") == 1);
  CHECK(served.log->count("geheim") == 0);
}

TEST_CASE("a body beyond http.max_body is a 413, whether its length is announced or not") {
  ServedRoutes served;
  served.options.max_body = 10;
  served.routes.post("/echo", echo);
  const auto port = served.serve();
  CHECK(ask(port, posting("/echo", "0123456789")).body == "POST 0123456789");
  CHECK(ask(port, posting("/echo", "0123456789a")).status == 413);
  CHECK(ask(port, posting("/echo", std::string(300'000, 'a'))).status == 413);
  const std::string head = "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(ask(port, head + "5\r\n01234\r\n5;x=y\r\n56789\r\n0\r\nX-Trailer: a\r\n\r\n").body == "POST 0123456789");
  CHECK(ask(port, head + "5\r\n01234\r\n6\r\n56789a\r\n0\r\n\r\n").status == 413);
}

TEST_CASE("http.max_body alone says how large the JSON of a body may be") {
  ServedRoutes served;
  served.options.max_body = 4 * 1024 * 1024;
  served.routes.post("/texts", [](const Request& request) {
    return Response::text(std::to_string(request.json<std::vector<std::string>>().at(0).size()));
  });
  const auto port = served.serve();
  const std::size_t size = 3 * 1024 * 1024;
  CHECK(ask(port, posting("/texts", "[\"" + std::string(size, 'a') + "\"]")).body == std::to_string(size));
}

TEST_CASE("a body that is announced takes no memory before it comes") {
  ServedRoutes served;
  served.options.max_body = 4'000'000'000;
  served.routes.post("/echo", echo);
  const auto port = served.serve();
  const auto most_memory = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;  // KiB
  };
  const long before = most_memory();
  RawClient client(port);
  client.send("POST /echo HTTP/1.1\r\nContent-Length: 3000000000\r\n\r\nabc");
  client.send_no_more();
  CHECK(client.receive().status == 400);
  CHECK(most_memory() - before < 500'000);
}

TEST_CASE("a body that is not plain JSON is a 415 that says what to send") {
  ServedRoutes served;
  served.routes.post("/echo", echo);
  const auto port = served.serve();
  for (const char* type : {"Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: text/plain\r\n",
                           "Content-Type: multipart/form-data; boundary=x\r\n",
                           "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"}) {
    CAPTURE(type);
    CHECK(ask(port, posting("/echo", "{}", type)).status == 415);
  }
  CHECK(ask(port, posting("/echo", "{}", "")).body == "POST {}");
  CHECK(ask(port, posting("/echo", "{}", "Content-Type: Application/Problem+JSON\r\n")).body == "POST {}");
  const Answer answer = ask(port, posting("/echo", "{}", "Content-Type: text/plain\r\n"));
  CHECK(answer.body.find("Content-Type: application/json") != std::string::npos);
}

TEST_CASE("a request without a body is answered at once, whatever its method") {
  ServedRoutes served;
  served.routes.remove("/items", echo);
  served.routes.post("/items", echo);
  const auto port = served.serve();
  CHECK(ask(port, "DELETE /items HTTP/1.1\r\n\r\n").body == "DELETE ");
  CHECK(ask(port, "POST /items HTTP/1.1\r\n\r\n").body == "POST ");
  CHECK(ask(port, "POST /items HTTP/1.1\r\nContent-Length: 0\r\n\r\n").body == "POST ");
}

TEST_CASE("a client that asks first is told to go on only where its body is wanted") {
  ServedRoutes served;
  served.routes.post("/echo", echo);
  const auto port = served.serve();
  RawClient client(port);
  client.send("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(client.receive().status == 100);
  client.send("{}");
  CHECK(client.receive().body == "POST {}");
  CHECK(ask(port, "POST /no HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n").status == 404);
}
