#pragma once

#include <ashlar/application.hpp>
#include <ashlar/event.hpp>
#include <ashlar/module.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

// Three modules that show what `describe` and `explain` have to say.
namespace small_shop {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct OrderPlacedTwo {
  std::string order_id;
  int lines = 0;
};
ASHLAR_EVENT(OrderPlacedTwo, "orders.order.placed", 2, order_id, lines)

struct StockReserved {
  std::string order_id;
};
ASHLAR_EVENT(StockReserved, "stock.item.reserved", 1, order_id)

struct StockCounted {
  int items = 0;
};
ASHLAR_EVENT(StockCounted, "stock.item.counted", 1, items)

class Stock {
 public:
  virtual ~Stock() = default;
};

struct OrdersOptions {
  int max_lines = 100;
  ashlar::Secret token{"geheim"};
};
ASHLAR_STRUCT(OrdersOptions, max_lines, token)

class OrdersModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "orders"; }
  void declare(ashlar::Declaration& d) override {
    d.needs<Stock>();
    d.configured_by(options_);
    d.emits<OrderPlaced>().key(&OrderPlaced::order_id).leaves_the_process().described_as("An order was accepted.");
    d.emits<OrderPlacedTwo>();
    d.commands().add({.name = "place",
                      .summary = "Place an order",
                      .arguments = {{.name = "order", .summary = "its number"}},
                      .options = {{.name = "by", .summary = "who", .fallback = "me", .choices = {"me", "you"}}},
                      .flags = {{.name = "loud", .summary = "say more"}},
                      .run = [this](const ashlar::CommandLine& line) { return place(line); }});
    d.commands().add(
        {.name = "orders count", .summary = "Count the orders", .run = [](const ashlar::CommandLine& line) {
           line.out << "0\n";
           return 0;
         }});
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([](const StockReserved&) {}, {.name = "confirm"});
  }
  void start(ashlar::ModuleContext& context) override {
    bus_ = &context.bus();
    context.routes().get("/orders", [](const ashlar::Request&) { return ashlar::Response{.body = "[]"}; });
  }

 private:
  int place(const ashlar::CommandLine& line) {
    const std::string& order = line.argument("order");
    if (order == "throw") throw std::runtime_error("orders are closed");
    if (order == "misuse") throw ashlar::UsageError("an order has a number");
    bus_->publish(OrderPlaced{.order_id = order});
    line.out << order << " by " << line.argument("by") << (line.flag("loud") ? "!" : "") << " of at most "
             << options_.max_lines << "\n";
    return 0;
  }

  OrdersOptions options_;
  ashlar::EventBus* bus_ = nullptr;
};

class StockModule final : public ashlar::Module, private Stock {
 public:
  std::string_view name() const override { return "stock"; }
  void declare(ashlar::Declaration& d) override {
    d.provides<Stock>();
    d.emits<StockReserved>();
    d.emits<StockCounted>();
  }
  void prepare(ashlar::ModuleContext& context) override { context.provide<Stock>(*this); }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([](const OrderPlaced&) {}, {.name = "reserve", .priority = 10});
  }
};

class MailsModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "mails"; }
  void declare(ashlar::Declaration& d) override { d.optional(); }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([](const OrderPlaced&) {}, {.name = "thank"});
    registry.on([](const OrderPlaced&) {}, {.name = "sender_a", .group = "senders"});
    registry.on("orders.#", [](const ashlar::Envelope&) {}, {.name = "sender_b", .group = "senders"});
  }
};

template <class M>
std::unique_ptr<ashlar::Module> make() {
  return std::make_unique<M>();
}

inline std::vector<ashlar::ModuleFactory> modules() {
  return {{"mails", &make<MailsModule>}, {"orders", &make<OrdersModule>}, {"stock", &make<StockModule>}};
}

}  // namespace small_shop
