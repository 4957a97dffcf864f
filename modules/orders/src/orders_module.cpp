#include <ashlar/module.hpp>
#include <ashlar/store/store.hpp>
#include <catalog/prices.hpp>
#include <inventory/stock.hpp>
#include <optional>
#include <orders/events.hpp>
#include <string>

#include "order_book.hpp"
#include "order_routes.hpp"

namespace orders {

class OrdersModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "orders"; }

  void declare(ashlar::Declaration& declaration) override {
    declaration.configured_by(options_);
    declaration.needs<ashlar::store::Store>();
    declaration.needs<catalog::Prices>();
    declaration.needs<inventory::Stock>();
    declaration.provides<Orders>();
    declaration.emits<OrderPlaced>()
        .key(&OrderPlaced::order_id)
        .leaves_the_process()
        .described_as("An order was accepted and its stock reserved.");
    declaration.emits<OrderShipped>()
        .key(&OrderShipped::order_id)
        .leaves_the_process()
        .described_as("An order has left the house.");
    declaration.emits<OrderCancelled>()
        .key(&OrderCancelled::order_id)
        .leaves_the_process()
        .described_as("An order that had not been shipped was given up.");
  }

  void prepare(ashlar::ModuleContext& context) override {
    book_.emplace(context.service<ashlar::store::Store>().connect(), context.bus(), context.clock(),
                  context.service<catalog::Prices>(), context.service<inventory::Stock>(), options_);
    context.provide<Orders>(*book_);
  }

  void start(ashlar::ModuleContext& context) override {
    for (const std::string& why : book_->finish_interrupted()) {
      context.log().warning("an interrupted order is not finished", {{"why", why}});
    }
    add_routes(context.routes(), *book_);
    context.health_check("database", [this] { return book_->health(); });
  }

 private:
  Options options_;
  std::optional<OrderBook> book_;
};

}  // namespace orders

ASHLAR_MODULE(orders, orders::OrdersModule)
