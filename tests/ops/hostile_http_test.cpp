#include <doctest/doctest.h>

#include <chrono>

#include "served_routes.hpp"

using namespace std::chrono_literals;
using ashlar::Request;
using ashlar::Response;

namespace {

Response echo(const Request& request) { return Response::text(request.method + " " + request.body); }

// What a server must still do after whatever was sent to it.
bool still_serves(std::uint16_t port) { return get(port, "/echo").body == "GET "; }

struct Echo : ServedRoutes {
  Echo() {
    routes.get("/echo", echo);
    routes.post("/echo", echo);
  }
};

}  // namespace

TEST_CASE("what is no HTTP request is refused, and the connection ends") {
  Echo served;
  const auto port = served.serve();
  for (const std::string& bad : {std::string("hello\r\n\r\n"), std::string("GET\r\n\r\n"),
                                 std::string("GET /echo HTTP/9.9\r\n\r\n"), std::string("\0\0\0\0\r\n\r\n", 8),
                                 std::string("\x16\x03\x01\x02\r\n\r\n"), std::string("BREW /echo HTTP/1.1\r\n\r\n")}) {
    CAPTURE(bad);
    RawClient client(port);
    client.send(bad + "GET /echo HTTP/1.1\r\n\r\n");
    CHECK(client.receive().status == 400);
    CHECK(client.ended());
  }
  CHECK(still_serves(port));
}

TEST_CASE("a broken percent-encoding or a NUL byte in the path is a 400") {
  Echo served;
  const auto port = served.serve();
  for (const char* target : {"/echo%", "/%zz", "/echo%00", "/%ff", "/echo?q=%0"}) {
    CAPTURE(target);
    CHECK(get(port, target).status == 400);
  }
  CHECK(ask(port, std::string("GET /echo HTTP/1.1\r\nX-A: a\0b\r\n\r\n", 32)).status == 400);
  CHECK(still_serves(port));
}

TEST_CASE("a header that two readers could understand differently is a 400, and the connection ends") {
  Echo served;
  const auto port = served.serve();
  for (const std::string header : {"X-A : a\r\n", "X A: a\r\n", "X-A\r\n", ": a\r\n", "X-A: a\r\n b\r\n",
                                   "X-A: a\nX-B: b\r\n", "X-A: a\rb\r\n", "X-A: \x01\r\n", "X-\xC3\xA4: a\r\n"}) {
    CAPTURE(header);
    RawClient client(port);
    client.send("GET /echo HTTP/1.1\r\n" + header + "\r\nGET /echo HTTP/1.1\r\n\r\n");
    CHECK(client.receive().status == 400);
    CHECK(client.ended());
  }
  CHECK(still_serves(port));
}

TEST_CASE("headers beyond the limits are a 431 or 400, never memory without end") {
  Echo served;
  const auto port = served.serve();
  const std::string start = "GET /echo HTTP/1.1\r\n";
  CHECK(ask(port, start + "X-A: " + std::string(7'000, 'a') + "\r\n\r\n").status == 200);
  CHECK(ask(port, start + "X-A: " + std::string(1'000'000, 'a')).status >= 400);
  std::string many = start;
  for (int i = 0; i < 150; ++i) many += "X-" + std::to_string(i) + ": a\r\n";
  CHECK(ask(port, many + "\r\n").status == 431);
  std::string large = start;
  for (int i = 0; i < 50; ++i) large += "X-" + std::to_string(i) + ": " + std::string(4'000, 'a') + "\r\n";
  CHECK(ask(port, large + "\r\n").status == 431);
  CHECK(get(port, "/" + std::string(9'000, 'a')).status == 414);
  CHECK(ask(port, "GET /" + std::string(1'000'000, 'a')).status >= 400);
  CHECK(get(port, "/" + std::string(8'000, '/')).status == 404);
  CHECK(get(port, "/echo?" + std::string(8'000, '&')).status == 200);
  CHECK(still_serves(port));
}

TEST_CASE("the end of a body is never guessed: what is in doubt is a 400, and the connection ends") {
  Echo served;
  const auto port = served.serve();
  for (const std::string headers :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: -1\r\n", "Content-Length: 5x\r\n", "Content-Length: 0x5\r\n", "Content-Length: +5\r\n",
        "Content-Length: 99999999999999999999999\r\n", "Content-Length: \r\n"}) {
    CAPTURE(headers);
    RawClient client(port);
    client.send("POST /echo HTTP/1.1\r\n" + std::string(headers) + "\r\n0\r\n\r\nGET /echo HTTP/1.1\r\n\r\n");
    CHECK(client.receive().status == 400);
    CHECK(client.ended());
  }
  CHECK(ask(port, "POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n").status == 501);
  CHECK(ask(port, "GET /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}").status == 400);
  for (const std::string chunks :
       {"", "zz\r\n", "-1\r\n", "5\r\nabc\r\n0\r\n\r\n", "5\nabcde\r\n0\r\n\r\n", "ffffffffffffffff\r\na",
        "1\r\na\r\nzz\r\n\r\n", "1\r\na\r\n0\r\n", "0x1\r\na\r\n0\r\n\r\n"}) {
    CAPTURE(chunks);
    RawClient client(port);
    client.send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(chunks));
    client.send_no_more();
    CHECK(client.receive().status >= 400);
    CHECK(client.ended());
  }
  CHECK(still_serves(port));
}

TEST_CASE("what stands around the chunks of a body is limited too") {
  Echo served;
  const auto port = served.serve();
  const auto status_of = [&](const std::string& chunks) {
    return ask(port, "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks).status;
  };
  std::string trailers;
  for (int i = 0; i < 19; ++i) trailers += "X-A: a\r\n";
  CHECK(status_of("1\r\na\r\n0\r\n" + trailers + "\r\n") == 200);
  CHECK(status_of("1\r\na\r\n0\r\n" + trailers + "X-A: a\r\n\r\n") == 400);
  CHECK(status_of("1;" + std::string(4'000, 'x') + "\r\na\r\n0\r\n\r\n") == 200);
  CHECK(status_of("1;" + std::string(5'000, 'x') + "\r\na\r\n0\r\n\r\n") == 400);
  CHECK(still_serves(port));
}

TEST_CASE("a request that breaks off is given up") {
  Echo served;
  const auto port = served.serve();
  for (const char* part : {"", "GET", "GET /echo HTTP/1.1", "GET /echo HTTP/1.1\r\nHost: he",
                           "POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\n{\"a"}) {
    CAPTURE(part);
    RawClient client(port);
    client.send(part);
    client.send_no_more();
    const Answer answer = client.receive();
    CHECK((answer.status == 0 || answer.status == 400));
    CHECK(client.ended());
  }
  CHECK(still_serves(port));
}

TEST_CASE("a client that is slow to send is a 408 when its time is over") {
  Echo served;
  served.options.receive_timeout = 50ms;
  const auto port = served.serve();
  CHECK(ask(port, "GET /echo HTTP/1.1\r\nX-A: a").status == 408);
  CHECK(ask(port, "POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\n{").status == 408);
  CHECK(still_serves(port));
}

TEST_CASE("a client that says nothing is let go") {
  Echo served;
  served.options.keep_alive_timeout = 20ms;
  RawClient client(served.serve());
  CHECK(client.receive().status == 0);
}

TEST_CASE("Range, however strange, changes nothing") {
  Echo served;
  const auto port = served.serve();
  CHECK(get(port, "/echo", "Range: bytes=0-0\r\n").body == "GET ");
  std::string ranges = "bytes=0-0";
  while (ranges.size() < 8'000) ranges += ",0-0";
  const int status = get(port, "/echo", "Range: " + ranges + "\r\n").status;
  CHECK((status == 200 || status >= 400));
  CHECK(still_serves(port));
}
