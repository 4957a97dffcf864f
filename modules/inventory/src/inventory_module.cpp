#include <ashlar/module.hpp>
#include <ashlar/store/store.hpp>
#include <catalog/events.hpp>
#include <inventory/events.hpp>
#include <optional>

#include "stock_book.hpp"
#include "stock_routes.hpp"

namespace inventory {

class InventoryModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "inventory"; }

  void declare(ashlar::Declaration& declaration) override {
    declaration.needs<ashlar::store::Store>();
    declaration.provides<Stock>();
    declaration.provides<Receiving>();
    declaration.emits<StockRunningLow>()
        .key(&StockRunningLow::item_id)
        .leaves_the_process()
        .described_as("An item's stock fell below its reorder level.");
    declaration.emits<StockBackOrdered>()
        .key(&StockBackOrdered::order_id)
        .leaves_the_process()
        .described_as("An order asked for more than there was; the rest is owed to it.");
  }

  void prepare(ashlar::ModuleContext& context) override {
    book_.emplace(context.service<ashlar::store::Store>().connect(), context.bus());
    context.provide<Stock>(*book_);
    context.provide<Receiving>(*book_);
  }

  void register_handlers(ashlar::EventRegistry& registry) override {
    // At once, for who goes on with the item; and from the log, so that a crash in between leaves no item out.
    const auto open = [this](const catalog::ItemAdded& event) { book_->open(event.item_id); };
    registry.on(open, {.name = "open", .repeat = ashlar::Repeat::allowed});
    registry.on_stream<catalog::ItemAdded>("open_surely", {}, open);
  }

  void start(ashlar::ModuleContext& context) override {
    add_routes(context.routes(), *book_);
    context.health_check("database", [this] { return book_->health(); });
  }

 private:
  std::optional<StockBook> book_;
};

}  // namespace inventory

ASHLAR_MODULE(inventory, inventory::InventoryModule)
