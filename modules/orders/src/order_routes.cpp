#include "order_routes.hpp"

#include <ashlar/event.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace orders {

// What requests and answers say. Who orders over HTTP names neither prices nor discounts nor times.
struct LineBody {
  std::string item_id;
  std::int32_t quantity = 0;
};
ASHLAR_STRUCT(LineBody, item_id, quantity)

struct OrderBody {
  std::optional<std::string> order_id;
  std::string customer_id;
  std::vector<LineBody> lines;
  std::optional<std::string> note;
};
ASHLAR_STRUCT(OrderBody, order_id, customer_id, lines, note)

struct CancelBody {
  std::optional<std::string> reason;
};
ASHLAR_STRUCT(CancelBody, reason)

struct PlacedAnswer {
  std::string order_id;
  std::string customer_id;
  Status status = Status::placed;
  Time placed_at{};
  std::vector<Line> lines;
  std::vector<std::int64_t> missing;  // units that are owed, for each line
  std::optional<std::string> note;
};
ASHLAR_STRUCT(PlacedAnswer, order_id, customer_id, status, placed_at, lines, missing, note)

namespace {

NewOrder new_order(const OrderBody& body) {
  NewOrder order{.order_id = body.order_id, .customer_id = body.customer_id, .lines = {}, .note = body.note};
  for (const LineBody& line : body.lines) order.lines.push_back({.item_id = line.item_id, .quantity = line.quantity});
  return order;
}

PlacedAnswer answer(const Placement& placement) {
  const Order& order = placement.order;
  return {order.order_id, order.customer_id, order.status, order.placed_at, order.lines, placement.missing, order.note};
}

}  // namespace

void add_routes(ashlar::Routes& routes, OrderBook& book) {
  using ashlar::Request;
  using ashlar::Response;

  routes.post("/orders", [&book](const Request& request) {
    const Placement placement = book.place(new_order(request.json<OrderBody>()));
    if (!placement.is_new) return Response::json(placement.order);
    return Response::json(answer(placement), 201);
  });
  routes.get("/orders/:id", [&book](const Request& request) {
    const std::string& id = request.parameter("id");
    const std::optional<Order> order = book.find(id);
    if (!order) throw ashlar::HttpError(404, "/order_id", "there is no order '" + id + "'");
    return Response::json(*order);
  });
  routes.post("/orders/:id/ship", [&book](const Request& request) {
    return Response::json(book.ship(request.parameter("id"), std::nullopt).order);
  });
  routes.post("/orders/:id/cancel", [&book](const Request& request) {
    const CancelBody body = request.body.empty() ? CancelBody{} : request.json<CancelBody>();
    return Response::json(book.cancel(request.parameter("id"), body.reason.value_or("")).order);
  });
}

}  // namespace orders
