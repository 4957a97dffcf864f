#include "bridge_support.hpp"

#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/envelope.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

using namespace bridge_test;
using namespace ashlar::bridge;
using ashlar::testing::MemoryExchange;
using Lines = std::vector<std::string>;

namespace {

std::string with_broker(const std::string& more = {}) {
  return "rabbitmq:\n  url: amqp://memory\n  exchange: shop.events\n" + more;
}

Does orders() {
  return {.declare = [](ashlar::Declaration& d) {
    d.emits<Placed>().key(&Placed::order).leaves_the_process();
    d.emits<Noted>();
  }};
}

Does payments(Heard& heard) {
  return {.declare = [](ashlar::Declaration& d) { d.emits<Paid>(); },
          .handlers =
              [&heard](ashlar::EventRegistry& r) {
                r.on([&heard](const Placed& e, const ashlar::EventContext& c) {
                  heard.add(e.order + " " + std::to_string(e.number) + " from " + std::string(c.source()));
                });
              }};
}

Queue queue_of_all() { return {.name = "elsewhere", .bindings = {"#"}}; }

}  // namespace

TEST_CASE("F1: what is declared to leave the process goes out, and nothing else does") {
  MemoryExchange exchange;
  exchange.declare(queue_of_all());
  Process shop(exchange, with_broker());
  shop.with("orders", orders()).start();
  shop.bus("orders").publish(Placed{"a", 1});
  shop.bus("orders").publish(Noted{2});
  REQUIRE(shop.wait_for_out());
  const std::vector<Message> messages = exchange.messages("elsewhere");
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].routing_key == "orders.order.placed");
  CHECK(messages[0].app_id == "shop");
  const WireEvent event = read(messages[0], {}, {});
  CHECK(event.metadata.name == "orders.order.placed");
  CHECK(event.metadata.source == "orders");
  CHECK(event.data == R"({"order":"a","number":1})");
}

TEST_CASE("F1: an event that no queue takes becomes a dead letter with that reason, and the others go on") {
  MemoryExchange exchange;
  exchange.declare({.name = "elsewhere", .bindings = {"orders.note.written"}});
  Process shop(exchange, with_broker("  publish: [{events: [\"orders.#\"]}]\n"));
  shop.with("orders", orders()).start();
  shop.bus("orders").publish(Placed{"a", 1});
  shop.bus("orders").publish(Noted{2});
  REQUIRE(Process::eventually([&] { return shop.log().consumers().at(0).waiting == 1; }));
  REQUIRE(Process::eventually([&] { return exchange.messages("elsewhere").size() == 1; }));
  CHECK(exchange.messages("elsewhere")[0].routing_key == "orders.note.written");
}

TEST_CASE("F5: without a broker in the configuration everything works, with one line in the log") {
  MemoryExchange exchange;
  Process shop(exchange, "");
  shop.with("orders", orders()).start();
  CHECK(shop.bus("orders").publish(Placed{"a", 1}).ok());
  CHECK(shop.lines().contains("no broker is configured, so events stay in this process"));
  CHECK(shop.host().health().ready);
}

TEST_CASE("F2: a broker that is away at the start gets everything once it is there, and health says so meanwhile") {
  MemoryExchange exchange;
  exchange.declare(queue_of_all());
  exchange.go_away();
  Process shop(exchange, with_broker());
  shop.with("orders", orders()).start();
  for (int i = 0; i < 300; ++i) shop.bus("orders").publish(Placed{"k" + std::to_string(i % 7), i});
  CHECK(shop.host().health().ready);
  const auto detail = [&] {
    for (const auto& check : shop.host().health().checks) {
      if (check.name == "rabbitmq") return check.detail;
    }
    return std::string("no check");
  };
  CHECK(Process::eventually([&] { return detail() == "degraded: publishing: waiting, memory, the exchange is away"; }));
  exchange.come_back();
  REQUIRE(shop.wait_for_out());
  CHECK(exchange.messages("elsewhere").size() == 300);
  CHECK(shop.log().dead_letters({}).empty());
  CHECK(Process::eventually([&] { return detail().empty(); }));
}

TEST_CASE("F2: over lines that are cut again and again everything arrives, in order of each key") {
  MemoryExchange exchange;
  exchange.declare(queue_of_all());
  Process shop(exchange, with_broker());
  shop.with("orders", orders()).start();
  constexpr int count = 2'000;
  for (int i = 0; i < count; ++i) {
    shop.bus("orders").publish(Placed{"k" + std::to_string(i % 5), i});
    if (i % 97 == 0) exchange.cut();
  }
  REQUIRE(shop.wait_for_out());
  std::set<std::string> seen;
  std::map<std::string, int> last;
  bool in_order = true;
  for (const Message& message : exchange.messages("elsewhere")) {
    if (!seen.insert(message.message_id).second) continue;
    const Placed event = ashlar::from_json<Placed>(read(message, {}, {}).data);
    const auto [known, is_first] = last.emplace(event.order, event.number);
    in_order = in_order && (is_first || known->second < event.number);
    known->second = event.number;
  }
  CHECK(seen.size() == count);
  CHECK(in_order);
  CHECK(shop.log().dead_letters({}).empty());
}

TEST_CASE("F1: an event that the broker refuses comes again before later ones of its key") {
  MemoryExchange exchange;
  exchange.declare(queue_of_all());
  exchange.refuse(1);
  Process shop(exchange, with_broker());
  shop.with("orders", orders()).start();
  for (int i = 0; i < 5; ++i) shop.bus("orders").publish(Placed{"a", i});
  REQUIRE(shop.wait_for_out());
  Lines numbers;
  for (const Message& message : exchange.messages("elsewhere")) {
    numbers.push_back(std::to_string(ashlar::from_json<Placed>(read(message, {}, {}).data).number));
  }
  CHECK(numbers == Lines{"0", "1", "2", "3", "4"});
}

TEST_CASE("F3: an event from outside is stored before it is settled, its handlers are called, and twice is once") {
  MemoryExchange exchange;
  Heard heard;
  Process shop(exchange, with_broker("  consume: [{queue: shop.in, bindings: [\"orders.#\"]}]\n"));
  shop.with("orders", orders()).with("payments", payments(heard)).start();
  REQUIRE(Process::eventually([&] { return shop.status().broker.consuming.state == LinkState::connected; }));
  const ashlar::Metadata metadata{.id = ashlar::Uuid::v7(1'000),
                                  .name = "orders.order.placed",
                                  .time = ashlar::Time(std::chrono::milliseconds{1'000}),
                                  .source = "till"};
  const Message message =
      write(WireFormat::domain_event, metadata, R"({"order":"b","number":7})", {.application = "till"});
  REQUIRE(exchange.publish(message));
  REQUIRE(exchange.publish(message));
  REQUIRE(Process::eventually([&] { return shop.status().stored + shop.status().duplicates == 2; }));
  CHECK(heard.lines() == Lines{"b 7 from till"});
  CHECK(shop.status().duplicates == 1);
  REQUIRE(Process::eventually([&] { return shop.status().broker.unsettled == 0; }));
  CHECK(exchange.messages("shop.in").empty());
  CHECK(shop.log().bounds().count == 1);
  // What came from elsewhere does not go out again.
  REQUIRE(shop.wait_for_out());
  CHECK(shop.log().dead_letters({}).empty());
}
