#include <ashlar/module.hpp>
#include <ashlar/store/store.hpp>
#include <loyalty/events.hpp>
#include <optional>
#include <ostream>

#include "book.hpp"

namespace loyalty {

// What the route answers.
struct Balance {
  std::string customer_id;
  std::int64_t points = 0;
};
ASHLAR_STRUCT(Balance, customer_id, points)

class LoyaltyModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "loyalty"; }

  void declare(ashlar::Declaration& declaration) override {
    declaration.configured_by(options_);
    declaration.needs<ashlar::store::Store>();
    declaration.needs<users::Registration>();
    declaration.provides<Points>();
    declaration.emits<PointsEarned>()
        .key(&PointsEarned::customer_id)
        .described_as("A customer earned points with an order.");
    declaration.emits<GoldReached>().key(&GoldReached::customer_id).described_as("A customer has become a gold one.");
    declaration.commands().add({.name = "points",
                                .summary = "Prints how many points a customer has",
                                .arguments = {{"customer", "the customer's id"}},
                                .run = [this](const ashlar::CommandLine& line) {
                                  line.out << book_->of(line.argument("customer")) << "\n";
                                  return 0;
                                }});
  }

  void prepare(ashlar::ModuleContext& context) override {
    book_.emplace(context.service<ashlar::store::Store>().connect(), context.bus(),
                  context.service<users::Registration>(), options_);
    context.provide<Points>(*book_);
  }

  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on_stream<orders::OrderPlaced>("earn", {},
                                            [this](const orders::OrderPlaced& order) { book_->earn(order); });
  }

  void start(ashlar::ModuleContext& context) override {
    context.routes().get("/loyalty/:id", [this](const ashlar::Request& request) {
      const std::string& id = request.parameter("id");
      return ashlar::Response::json(Balance{.customer_id = id, .points = book_->of(id)});
    });
    context.health_check("database", [this] {
      (void)book_->of("nobody");  // throws where the database does not answer
      return std::string();
    });
  }

 private:
  Options options_;
  std::optional<Book> book_;
};

}  // namespace loyalty

ASHLAR_MODULE(loyalty, loyalty::LoyaltyModule)
