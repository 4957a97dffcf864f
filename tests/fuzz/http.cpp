#include <ashlar/event.hpp>
#include <ashlar/log.hpp>
#include <ashlar/routes.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "http/body.hpp"
#include "http/connection.hpp"
#include "http/endpoint.hpp"
#include "http/head.hpp"

namespace {

struct Line {
  std::string item_id;
  std::int32_t quantity = 0;
};
ASHLAR_STRUCT(Line, item_id, quantity)

struct Order {
  std::string customer_id;
  std::vector<Line> lines;
  std::optional<std::string> note;
};
ASHLAR_STRUCT(Order, customer_id, lines, note)

constexpr std::size_t most_body = 1024;

class NoLog final : public ashlar::LogSink {
 public:
  bool writes(std::string_view, ashlar::LogLevel) const override { return true; }
  void write(std::string_view, ashlar::LogLevel, std::string_view, std::span<const ashlar::LogField>) override {}
};

ashlar::ops::RouteTable some_routes() {
  ashlar::ops::RouteTable routes;
  const auto show = [](const ashlar::Request& request) {
    return ashlar::Response::text(request.path + request.query_or("q", ""));
  };
  routes.get("/orders", show);
  routes.get("/orders/:id", show);
  routes.put("/orders/:id/lines/:line", show);
  routes.post("/orders", [](const ashlar::Request& request) {
    if (request.body.size() > most_body) std::abort();
    return ashlar::Response::json(request.json<Order>());
  });
  return routes;
}

// What a client sends and then says no more.
class Sent {
 public:
  explicit Sent(std::string_view bytes) {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets_) != 0) std::abort();
    if (::send(sockets_[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) std::abort();
    ::shutdown(sockets_[0], SHUT_WR);
  }
  ~Sent() { ::close(sockets_[0]); }
  Sent(const Sent&) = delete;
  Sent& operator=(const Sent&) = delete;

  int received() const { return sockets_[1]; }

 private:
  int sockets_[2]{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace ops = ashlar::ops;
  static const ops::RouteTable routes = some_routes();
  static const ops::Endpoint endpoint(routes, ashlar::Log(std::make_shared<NoLog>(), "http"), most_body);

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find("\r\n\r\n");
  const std::size_t head_size = end == std::string_view::npos ? size : end + 4;
  ops::Exchange exchange = endpoint.begin(ops::parse_head(text.substr(0, head_size)));
  if (!exchange.refusal && exchange.framing.has_body) {
    const Sent sent(text.substr(head_size));
    const ops::ConnectionLimits limits;
    ops::Connections all;
    ops::Connection connection(sent.received(), limits, all);
    const bool any = connection.await_request();
    connection.head_received();
    const auto outcome = ops::read_body(connection, exchange.framing, most_body, exchange.request.body);
    if (outcome != ops::BodyOutcome::whole || !any) return 0;
  }
  const ashlar::Response response = endpoint.answer(exchange);
  if (response.status < 200 || response.status > 599) std::abort();
  return 0;
}
