#include "stock_routes.hpp"

#include <ashlar/event.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace inventory {

// What requests say.
struct ReceiveBody {
  std::int64_t quantity = 0;
  std::optional<std::string> delivery_id;
};
ASHLAR_STRUCT(ReceiveBody, quantity, delivery_id)

struct ReorderLevelBody {
  std::int64_t reorder_level = 0;
};
ASHLAR_STRUCT(ReorderLevelBody, reorder_level)

void add_routes(ashlar::Routes& routes, StockBook& book) {
  using ashlar::Request;
  using ashlar::Response;

  routes.get("/stock/:item", [&book](const Request& request) {
    const std::string& item = request.parameter("item");
    const std::optional<StockLevel> stock = book.find(item);
    if (!stock) throw ashlar::HttpError(404, "/item_id", "no stock is kept of the item '" + item + "'");
    return Response::json(*stock);
  });
  routes.post("/stock/:item/receive", [&book](const Request& request) {
    const auto body = request.json<ReceiveBody>();
    return Response::json(book.receive(
        {.delivery_id = body.delivery_id, .item_id = request.parameter("item"), .quantity = body.quantity}));
  });
  routes.put("/stock/:item/reorder-level", [&book](const Request& request) {
    const auto body = request.json<ReorderLevelBody>();
    return Response::json(book.set_reorder_level(request.parameter("item"), body.reorder_level));
  });
}

}  // namespace inventory
