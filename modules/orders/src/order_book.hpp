#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event_bus.hpp>
#include <ashlar/store/database.hpp>
#include <catalog/prices.hpp>
#include <inventory/stock.hpp>
#include <optional>
#include <orders/orders.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"
#include "order_store.hpp"

namespace orders {

// The rules of orders. Orders and stock are two modules and commit apart, so an order first says what has begun (placing),
// then the stock follows, then the order says that it is done (placed), in one commit with its event. What is interrupted
// before goes on where it stopped, since the stock bears repetition. Any thread; refuses with HttpError. What it is given
// outlives it.
class OrderBook final : public Orders {
 public:
  OrderBook(ashlar::store::Database database, ashlar::EventBus& bus, ashlar::Clock& clock, catalog::Prices& prices,
            inventory::Stock& stock, const Options& options);

  Placement place(const NewOrder& wanted) override;
  Change ship(std::string_view order_id, std::optional<Time> shipped_at) override;
  Change cancel(std::string_view order_id, std::string_view reason) override;
  std::optional<Order> find(std::string_view order_id) override;

  // Finishes what a crash has interrupted. Returns what could not be finished, and why: it stays as it is.
  std::vector<std::string> finish_interrupted();

  // Empty, or why the module cannot work.
  std::string health();

 private:
  Placement place_again(const NewOrder& wanted, const Order& order);
  Placement finish_placing(const Order& order);
  bool finish_shipping(const Order& order);
  bool finish_cancelling(const Order& order);
  void give_up_placing(const std::string& order_id) noexcept;
  Order known(std::string_view order_id);

  OrderStore store_;
  ashlar::EventBus& bus_;
  ashlar::Clock& clock_;
  catalog::Prices& prices_;
  inventory::Stock& stock_;
  Options options_;
};

}  // namespace orders
