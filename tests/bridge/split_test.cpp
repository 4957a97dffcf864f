#include "bridge_support.hpp"

#include <ashlar/envelope.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>

using namespace bridge_test;
using namespace ashlar::bridge;
using ashlar::testing::MemoryExchange;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* with_broker = "rabbitmq: {url: \"amqp://memory\"}\n";

// Neither says that its events leave the process, or knows where the other one runs.
Does orders(Heard& heard) {
  return {.declare =
              [](ashlar::Declaration& d) {
                d.emits<Placed>().key(&Placed::order);
                d.emits<Noted>();
              },
          .handlers =
              [&heard](ashlar::EventRegistry& r) { r.on([&heard](const Paid& e) { heard.add("paid " + e.order); }); }};
}

Does payments(Heard& heard, std::atomic<ashlar::EventBus*>& bus) {
  return {.declare = [](ashlar::Declaration& d) { d.emits<Paid>(); },
          .handlers =
              [&heard, &bus](ashlar::EventRegistry& r) {
                r.on([&heard, &bus](const Placed& e, const ashlar::EventContext& c) {
                  heard.add("placed " + e.order + " " + std::to_string(e.number) + " for " + c.correlation_id());
                  if (ashlar::EventBus* const own = bus) own->publish(Paid{e.order});
                });
              }};
}

Does audit(Heard& heard) {
  return {.handlers = [&heard](ashlar::EventRegistry& r) {
    r.on_stream("#", "record", {}, [&heard](const ashlar::Envelope& e) { heard.add(std::string(e.name())); });
  }};
}

}  // namespace

TEST_CASE("F3: an application that is split over two processes behaves as one, without a change in a module") {
  MemoryExchange exchange;
  Heard at_orders;
  Heard at_payments;
  Heard at_audit;
  Heard nobody;
  std::atomic<ashlar::EventBus*> bus{nullptr};
  std::atomic<ashlar::EventBus*> no_bus{nullptr};

  Process first(exchange, with_broker);
  first.with("orders", orders(at_orders)).without("payments", payments(nobody, no_bus)).without("audit", audit(nobody));
  first.start();
  // Before the other one has ever run, so that its queues are of the first one's making.
  for (int i = 0; i < 3; ++i) {
    first.bus("orders").publish(Placed{"a", i}, {.correlation_id = "cart"});
  }
  first.bus("orders").publish(Noted{1});
  REQUIRE(first.wait_for_out());

  Process second(exchange, with_broker);
  second.without("orders", orders(nobody)).with("payments", payments(at_payments, bus)).with("audit", audit(at_audit));
  second.start();
  bus = &second.bus("payments");
  first.bus("orders").publish(Placed{"a", 3}, {.correlation_id = "cart"});

  CHECK(at_payments.wait_for(4) ==
        Lines{"placed a 0 for cart", "placed a 1 for cart", "placed a 2 for cart", "placed a 3 for cart"});
  CHECK(at_orders.wait_for(1).at(0) == "paid a");
  REQUIRE(Process::eventually([&] { return second.log().bounds().count >= 5 + 1; }));
  REQUIRE(second.host().settle());
  const Lines audited = at_audit.lines();
  CHECK(std::count(audited.begin(), audited.end(), "orders.order.placed") == 4);
  CHECK(std::count(audited.begin(), audited.end(), "orders.note.written") == 1);
  const auto paid = std::count(audited.begin(), audited.end(), "payments.payment.made");
  CHECK(at_orders.wait_for(static_cast<std::size_t>(paid)).size() == static_cast<std::size_t>(paid));
  // The queues of two modules brought some of them twice; they were stored once.
  CHECK(second.log().bounds().count == static_cast<std::int64_t>(audited.size()));
  CHECK(nobody.lines().empty());
  CHECK(second.status().dead == 0);
}

TEST_CASE("F5: a process that leaves modules out and has no broker says that their events do not reach them") {
  MemoryExchange exchange;
  Heard nobody;
  std::atomic<ashlar::EventBus*> bus{nullptr};
  Process alone(exchange, "");
  alone.with("orders", orders(nobody)).without("payments", payments(nobody, bus)).start();
  CHECK(alone.lines().contains("modules that this process leaves out handle events of it"));
}
