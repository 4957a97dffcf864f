#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <thread>

#include "served_routes.hpp"

using namespace std::chrono_literals;
using ashlar::Error;
using ashlar::Request;
using ashlar::Response;

namespace {

auto in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

// A route that says when a request has come, and answers when it is told to.
struct SlowRoute : ServedRoutes {
  std::promise<void> came;
  std::promise<void> go;

  SlowRoute() {
    routes.get("/slow", [this, may_go = std::shared_future<void>(go.get_future())](const Request&) {
      came.set_value();
      may_go.wait();
      return Response::text("done");
    });
  }
};

}  // namespace

TEST_CASE("port 0 takes any free port, and says which") {
  ServedRoutes served;
  const auto port = served.serve();
  CHECK(port != 0);
  CHECK(served.server->url() == "http://127.0.0.1:" + std::to_string(port));
}

TEST_CASE("a port in use is an error that says what to do") {
  ServedRoutes first;
  ServedRoutes second;
  second.options.port = first.serve();
  try {
    second.serve();
    FAIL("it was opened twice");
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(message.find("is in use") != std::string::npos);
    CHECK(message.find("--set http.port=") != std::string::npos);
  }
}

TEST_CASE("an address that is none is an error that says what to do") {
  ServedRoutes served;
  served.options.address = "256.1.1.1";
  CHECK_THROWS_AS(served.serve(), Error);
  served.options.address = "192.0.2.1";
  try {
    served.serve();
    FAIL("it was opened");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("http.address") != std::string::npos);
  }
}

TEST_CASE("several requests follow each other on one connection, also when they come at once") {
  ServedRoutes served;
  served.routes.get("/a", [](const Request&) { return Response::text("a"); });
  served.routes.post("/b", [](const Request& request) { return Response::text("b" + request.body); });
  RawClient client(served.serve());
  client.send("GET /a HTTP/1.1\r\n\r\n" + posting("/b", "{}") + "GET /a HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK(client.receive().body == "a");
  CHECK(client.receive().body == "b{}");
  CHECK(client.receive().body == "a");
  CHECK(client.ended());
}

TEST_CASE("clients that keep their connections do not keep others out") {
  ServedRoutes served;
  served.options.threads = 2;
  served.options.keep_alive_timeout = 60s;
  served.routes.get("/a", [](const Request&) { return Response::text("a"); });
  const auto port = served.serve();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 6; ++i) {
    auto& client = clients.emplace_back(std::make_unique<RawClient>(port));
    client->send("GET /a HTTP/1.1\r\n\r\n");
    CHECK(client->receive().body == "a");
  }
}

TEST_CASE("a stop closes the port and lets a running request end") {
  SlowRoute served;
  const auto port = served.serve();
  RawClient client(port);
  client.send("GET /slow HTTP/1.1\r\n\r\n");
  served.came.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { return served.server->stop(in(60s)); });
  while (RawClient(port).connected()) std::this_thread::yield();
  CHECK(stopped.wait_for(0s) == std::future_status::timeout);
  served.go.set_value();
  CHECK(client.receive().body == "done");
  CHECK(stopped.get().empty());
  CHECK(client.ended());
}

TEST_CASE("a stop does not wait for clients that are silent or slow") {
  ServedRoutes served;
  served.options.keep_alive_timeout = 60s;
  served.options.receive_timeout = 60s;
  served.routes.get("/a", [](const Request&) { return Response::text("a"); });
  const auto port = served.serve();
  RawClient silent(port);
  RawClient half(port);
  RawClient done(port);
  half.send("GET /a HT");
  done.send("GET /a HTTP/1.1\r\n\r\n");
  CHECK(done.receive().body == "a");
  CHECK(served.server->stop(in(60s)).empty());
  CHECK(silent.ended());
  CHECK(done.ended());
}

TEST_CASE("D4: a request that outlasts the deadline of a stop is named") {
  SlowRoute served;
  RawClient client(served.serve());
  client.send("GET /slow HTTP/1.1\r\n\r\n");
  served.came.get_future().wait();
  CHECK(served.server->stop(in(0ms)) == std::vector<std::string>{"GET /slow"});
  served.go.set_value();
  CHECK(client.receive().body == "done");
}
