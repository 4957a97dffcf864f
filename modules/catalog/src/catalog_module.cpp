#include <ashlar/module.hpp>
#include <ashlar/store/store.hpp>
#include <catalog/events.hpp>
#include <optional>

#include "item_book.hpp"
#include "item_routes.hpp"

namespace catalog {

class CatalogModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "catalog"; }

  void declare(ashlar::Declaration& declaration) override {
    declaration.needs<ashlar::store::Store>();
    declaration.provides<Items>();
    declaration.provides<Prices>();
    declaration.emits<ItemAdded>()
        .key(&ItemAdded::item_id)
        .leaves_the_process()
        .described_as("An item can be ordered from now on.");
    declaration.emits<PriceChanged>()
        .key(&PriceChanged::item_id)
        .leaves_the_process()
        .described_as("An item costs something else, for orders to come.");
  }

  void prepare(ashlar::ModuleContext& context) override {
    book_.emplace(context.service<ashlar::store::Store>().connect(), context.bus(), context.clock());
    context.provide<Items>(*book_);
    context.provide<Prices>(*book_);
  }

  void start(ashlar::ModuleContext& context) override {
    add_routes(context.routes(), *book_);
    context.health_check("database", [this] { return book_->health(); });
  }

 private:
  std::optional<ItemBook> book_;
};

}  // namespace catalog

ASHLAR_MODULE(catalog, catalog::CatalogModule)
