// A whole host for scripts that talk to it by way of a broker: it has a store, hears orders in whatever format, and answers
// each with a shipment.
//
//   host URL EXCHANGE FORMAT   says "ready" when it is connected, then a line of JSON for each order; ends with its input

#include <ashlar/json.hpp>
#include <ashlar/rabbitmq/bridge.hpp>
#include <exception>
#include <iostream>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "../bridge/bridge_support.hpp"

namespace {

struct OrderPlaced {
  std::string order_id;
  std::string customer;
  std::int64_t amount = 0;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id, customer, amount)

struct OrderShipped {
  std::string order_id;
};
ASHLAR_EVENT(OrderShipped, "shipping.order.shipped", 1, order_id)

void run(const std::string& url, const std::string& exchange, const std::string& format) {
  using bridge_test::Process;
  Process host(ashlar::rabbitmq::bridge().make(), "rabbitmq:\n  url: " + url + "\n  exchange: " + exchange +
                                                      "\n  publish: [{events: [\"shipping.#\"], format: " + format +
                                                      "}]\n  consume: [{queue: " + exchange +
                                                      ".orders, bindings: [\"orders.#\"]}]\n");
  host.with("orders", {.declare = [](ashlar::Declaration& d) { d.emits<OrderPlaced>().key(&OrderPlaced::order_id); }});
  std::mutex mutex;
  host.with("shipping",
            {.declare =
                 [](ashlar::Declaration& d) {
                   d.emits<OrderShipped>().key(&OrderShipped::order_id).aggregate_type("Order").leaves_the_process();
                 },
             .handlers =
                 [&](ashlar::EventRegistry& r) {
                   r.on([&](const OrderPlaced& order, const ashlar::EventContext& context) {
                     const auto shipped = host.bus("shipping").publish(OrderShipped{order.order_id});
                     const nlohmann::ordered_json line{{"id", context.id().to_string()}, {"source", context.source()},
                                                       {"order_id", order.order_id},     {"customer", order.customer},
                                                       {"amount", order.amount},         {"ok", shipped.ok()}};
                     const std::lock_guard lock(mutex);
                     std::cout << line.dump() << std::endl;
                   });
                 }});
  host.start();
  using ashlar::bridge::LinkState;
  if (!Process::eventually([&] {
        return host.status().broker.publishing.state == LinkState::connected &&
               host.status().broker.consuming.state == LinkState::connected;
      })) {
    throw std::runtime_error("no connection");
  }
  std::cout << "ready" << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  if (!host.wait_for_out()) throw std::runtime_error("not everything went out");
  if (!host.log().dead_letters({}).empty()) throw std::runtime_error(host.log().dead_letters({}).front().reason);
}

}  // namespace

int main(int count, char** words) {
  try {
    if (count != 4) throw std::runtime_error("usage: host URL EXCHANGE FORMAT");
    run(words[1], words[2], words[3]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
