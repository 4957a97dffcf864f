#include "item_routes.hpp"

#include <ashlar/event.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace catalog {

// What requests say.
struct AddBody {
  std::optional<std::string> item_id;
  std::string name;
  std::optional<std::string> description;
  std::int64_t price_cents = 0;
  std::optional<bool> discontinued;
};
ASHLAR_STRUCT(AddBody, item_id, name, description, price_cents, discontinued)

struct PriceBody {
  std::int64_t price_cents = 0;
};
ASHLAR_STRUCT(PriceBody, price_cents)

namespace {

constexpr int most_items = 1000;

int limit_of(const std::string& text) {
  int limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > most_items) {
    throw ashlar::HttpError(400, "limit", "a limit is a number from 1 to 1000");
  }
  return limit;
}

}  // namespace

void add_routes(ashlar::Routes& routes, ItemBook& book) {
  using ashlar::Request;
  using ashlar::Response;

  routes.post("/items", [&book](const Request& request) {
    const auto body = request.json<AddBody>();
    const AddedItem added = book.add({.item_id = body.item_id,
                                      .name = body.name,
                                      .description = body.description.value_or(""),
                                      .price_cents = body.price_cents,
                                      .discontinued = body.discontinued.value_or(false)});
    return Response::json(added.item, added.is_new ? 201 : 200);
  });
  routes.get("/items", [&book](const Request& request) {
    const int limit = limit_of(request.query_or("limit", "100"));
    return Response::json(book.list(request.query_or("after", ""), limit));
  });
  routes.get("/items/:id", [&book](const Request& request) {
    const std::string& id = request.parameter("id");
    const std::optional<Item> item = book.find(id);
    if (!item) throw ashlar::HttpError(404, "/item_id", "there is no item '" + id + "'");
    return Response::json(*item);
  });
  routes.put("/items/:id/price", [&book](const Request& request) {
    return Response::json(book.change_price(request.parameter("id"), request.json<PriceBody>().price_cents));
  });
}

}  // namespace catalog
