#include "bridge_support.hpp"

#include <ashlar/bridge/wire_format.hpp>
#include <ashlar/errors.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

using namespace bridge_test;
using namespace ashlar::bridge;
using ashlar::testing::MemoryExchange;
using Lines = std::vector<std::string>;

namespace {

std::string section(const std::string& more = {}) {
  return "rabbitmq:\n  url: amqp://user:hunter2@memory\n  exchange: shop.events\n" + more;
}

constexpr const char* one_queue =
    "  consume: [{queue: shop.in, bindings: [\"#\"], types: {OrderPlaced: orders.order.placed}}]\n";

Does orders(Heard& heard) {
  return {.declare = [](ashlar::Declaration& d) { d.emits<Placed>().key(&Placed::order).leaves_the_process(); },
          .handlers =
              [&heard](ashlar::EventRegistry& r) {
                r.on([&heard](const Placed& e, const ashlar::EventContext& c) {
                  heard.add(e.order + " from " + std::string(c.source()));
                });
              }};
}

Message message_with(std::string body, std::string type = "orders.order.placed") {
  return {.routing_key = type,
          .body = std::move(body),
          .message_id = "m-1",
          .type = type,
          .content_type = "text/odd",
          .headers = {{"shop", std::string("north")}}};
}

std::string problem_of(const std::string& more) {
  MemoryExchange exchange;
  Heard heard;
  Process shop(exchange, section(more));
  shop.with("orders", orders(heard));
  try {
    shop.start();
  } catch (const ashlar::Error& error) {
    return full_message(error);
  }
  return "none";
}

// Takes messages, and confirms them when a test says so.
class SilentBroker final : public Broker {
 public:
  void begin(BrokerListener& listener) override { listener.changed(status()); }
  void publish(Message, Done done) override {
    const std::lock_guard lock(mutex_);
    open_.push_back(std::move(done));
    most_open_ = std::max(most_open_, open_.size());
  }
  void settle(const Receipt&, Verdict) override {}
  void pause() override {}
  void resume() override {}
  BrokerStatus status() const override {
    return {.publishing = {.state = LinkState::connected, .host = "silent:5672", .connects = 1}};
  }
  void end(std::chrono::milliseconds) override { static_cast<void>(confirm()); }

  std::size_t open() const {
    const std::lock_guard lock(mutex_);
    return open_.size();
  }
  std::size_t most_open() const {
    const std::lock_guard lock(mutex_);
    return most_open_;
  }
  // All that are open; how many were confirmed so far.
  std::size_t confirm() {
    std::vector<Done> open;
    {
      const std::lock_guard lock(mutex_);
      open.swap(open_);
    }
    for (const Done& done : open) done({});
    return confirmed_ += open.size();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Done> open_;
  std::size_t most_open_ = 0;  // at once
  std::atomic<std::size_t> confirmed_{0};
};

// A bridge to one of those, which is set when the host has started.
std::unique_ptr<ashlar::Module> silent_bridge(SilentBroker*& broker) {
  return make_bridge_module("rabbitmq", [&broker](const BrokerOrder&) {
    auto made = std::make_unique<SilentBroker>();
    broker = made.get();
    return made;
  });
}

struct Scanned {
  std::string image;
};
ASHLAR_EVENT(Scanned, "orders.paper.scanned", 1, image)

}  // namespace

TEST_CASE("F2: a broker that stays connected and confirms nothing is no healthy one") {
  ashlar::testing::VirtualClock clock;
  SilentBroker* broker = nullptr;
  Heard heard;
  Process shop(silent_bridge(broker), section(), Keeps::log, &clock);
  shop.with("orders", orders(heard)).start();
  const auto detail = [&] {
    for (const auto& check : shop.host().health().checks) {
      if (check.name == "rabbitmq") return check.detail;
    }
    return std::string("no check");
  };
  shop.bus("orders").publish(Placed{"a", 1});
  REQUIRE(Process::eventually([&] { return broker->open() == 1; }));
  CHECK(detail() == "");
  clock.advance(std::chrono::seconds{31});
  CHECK(Process::eventually([&] {
    return detail().starts_with(
        "degraded: publishing: connected, silent:5672, but it has not confirmed a message for more than 30 s");
  }));
  broker->confirm();
  CHECK(Process::eventually([&] { return detail() == ""; }));
}

TEST_CASE("F2: of large events no more than 32 MB are on their way to the broker, and all of them get there") {
  constexpr std::size_t size = 1024 * 1024;
  constexpr std::size_t most = 32;
  constexpr std::size_t count = 40;
  SilentBroker* broker = nullptr;
  Process shop(silent_bridge(broker), section());
  shop.with("orders", {.declare = [](ashlar::Declaration& d) { d.emits<Scanned>().leaves_the_process(); }}).start();
  const auto publish = [&] {
    for (std::size_t i = 0; i < count; ++i) shop.bus("orders").publish(Scanned{std::string(size, 'x')});
  };
  // While the first is on its way the others are stored, and come together.
  shop.bus("orders").publish(Scanned{"x"});
  REQUIRE(Process::eventually([&] { return broker->open() == 1; }));
  publish();
  broker->confirm();
  REQUIRE(Process::eventually([&] { return broker->open() == most; }));
  // Takes longer than the rest of them would take to go out.
  publish();
  CHECK(broker->open() == most);
  CHECK(Process::eventually([&] { return broker->confirm() == 1 + 2 * count; }));
  CHECK(broker->most_open() == most);
}

TEST_CASE("F3: a host that stops stores what it has received, and gives nothing back to the broker") {
  MemoryExchange exchange;
  Process shop(exchange, section(one_queue));
  shop.with("orders", {.declare = [](ashlar::Declaration& d) { d.emits<Placed>(); }}).start();
  REQUIRE(Process::eventually([&] { return shop.status().broker.consuming.state == LinkState::connected; }));
  ashlar::store::Database other = shop.store().connect();
  other.execute("BEGIN IMMEDIATE");
  constexpr int count = 10;
  for (int i = 0; i < count; ++i) {
    Message message =
        message_with(R"({"type": "orders.order.placed", "source": "till", "data": {"order": "a", "number": 1}})");
    message.message_id += std::to_string(i);
    message.headers.emplace("event-key", "a");
    REQUIRE(exchange.publish(message));
  }
  REQUIRE(Process::eventually([&] { return shop.status().broker.unsettled == count; }));
  std::thread stop([&] { CHECK(shop.host().stop().clean()); });
  CHECK(Process::eventually([&] { return shop.status().broker.consuming.state == LinkState::paused; }));
  other.execute("ROLLBACK");
  stop.join();
  CHECK(shop.log().bounds().count == count);
  CHECK(exchange.messages("shop.in").empty());
}

TEST_CASE(
    "F3: what cannot be decoded, is unknown or does not fit is with the dead letters, bytes, headers and reason") {
  MemoryExchange exchange;
  Heard heard;
  Process shop(exchange, section(one_queue));
  shop.with("orders", orders(heard)).start();
  REQUIRE(Process::eventually([&] { return shop.status().broker.consuming.state == LinkState::connected; }));
  const std::string broken = std::string("{\"id\": 1, ") + '\xff' + '\0';
  REQUIRE(exchange.publish(message_with(broken)));
  REQUIRE(exchange.publish(
      message_with(R"({"data": {"order": "a", "number": 1}, "type": "orders.order.lost"})", "orders.order.lost")));
  REQUIRE(exchange.publish(
      message_with(R"({"type": "orders.order.placed", "source": "till", "data": {"order": 5, "number": 1}})")));
  REQUIRE(exchange.publish(message_with(
      R"({"type": "OrderPlaced", "source": "till", "data": {"order": "b", "number": 1}})", "OrderPlaced")));
  REQUIRE(Process::eventually([&] { return shop.status().dead + shop.status().stored == 4; }));
  const auto letters = shop.log().dead_letters({});
  CHECK(heard.lines().size() == 1);
  REQUIRE(letters.size() == 3);
  CHECK(letters[0].consumer == "rabbitmq.consume");
  CHECK(letters[0].event.data == broken);
  CHECK(letters[0].attempts.at(0).error.find("shop: north") != std::string::npos);
  CHECK(letters[0].attempts.at(0).error.find("queue 'shop.in'") != std::string::npos);
  CHECK(letters[1].reason.find("no module declares event 'orders.order.lost'") != std::string::npos);
  CHECK(letters[2].reason.find("order") != std::string::npos);
  CHECK(letters[2].event.metadata.name == "orders.order.placed");
  CHECK(shop.status().broker.unsettled == 0);
  CHECK(exchange.messages("shop.in").empty());
  CHECK(exchange.messages("shop.in.dead").empty());
}

TEST_CASE(
    "F5: without a durable log events go out at most once, and what cannot be read goes to the dead-letter exchange") {
  MemoryExchange exchange;
  exchange.declare({.name = "elsewhere", .bindings = {"orders.#"}});
  Heard heard;
  Process shop(exchange,
               section("  buffer: 3\n  consume: [{queue: shop.in, bindings: [\"till.#\"], types: {till.sold: "
                       "orders.order.placed}}]\n"),
               Keeps::nothing);
  exchange.go_away();
  shop.with("orders", orders(heard)).start();
  for (int i = 0; i < 5; ++i) shop.bus("orders").publish(Placed{"o" + std::to_string(i), i});
  CHECK(shop.status().lost == 2);
  CHECK(shop.lines().contains("an event did not leave the process"));
  exchange.come_back();
  REQUIRE(Process::eventually([&] { return exchange.messages("elsewhere").size() == 3; }));
  CHECK(ashlar::from_json<Placed>(read(exchange.messages("elsewhere")[0], {}, {}).data).order == "o2");

  REQUIRE(exchange.publish(message_with("no json", "till.sold")));
  REQUIRE(exchange.publish(
      message_with(R"({"type": "till.sold", "source": "till", "data": {"order": "x", "number": 1}})", "till.sold")));
  REQUIRE(Process::eventually([&] { return shop.status().stored == 1; }));
  CHECK(heard.lines().back() == "x from till");
  REQUIRE(Process::eventually([&] { return exchange.messages("shop.in.dead").size() == 1; }));
  // What came in does not go out again.
  CHECK(exchange.messages("elsewhere").size() == 3);
}

TEST_CASE("F2: a broker that blocks holds up neither publishing here nor the stop, and nothing is lost") {
  MemoryExchange exchange;
  exchange.declare({.name = "elsewhere", .bindings = {"#"}});
  Heard heard;
  Process shop(exchange, section());
  shop.with("orders", orders(heard)).start();
  REQUIRE(Process::eventually([&] { return shop.status().broker.publishing.state == LinkState::connected; }));
  exchange.block();
  for (int i = 0; i < 600; ++i) shop.bus("orders").publish(Placed{"k" + std::to_string(i % 9), i});
  CHECK(heard.lines().size() == 600);
  REQUIRE(Process::eventually([&] { return shop.status().broker.unconfirmed > 0; }));
  CHECK(shop.status().broker.publishing.state == LinkState::blocked);
  CHECK(shop.host().stop().clean());
  exchange.unblock();
  shop.start();
  REQUIRE(shop.wait_for_out());
  std::set<std::string> ids;
  for (const Message& message : exchange.messages("elsewhere")) ids.insert(message.message_id);
  CHECK(ids.size() == 600);
  CHECK(shop.log().dead_letters({}).empty());
}

TEST_CASE("F2: a stop with a broker that is away is clean, and the next start goes on where it was") {
  MemoryExchange exchange;
  exchange.declare({.name = "elsewhere", .bindings = {"#"}});
  exchange.go_away();
  Heard heard;
  Process shop(exchange, section());
  shop.with("orders", orders(heard)).start();
  for (int i = 0; i < 20; ++i) shop.bus("orders").publish(Placed{"a", i});
  CHECK(shop.host().stop().clean());
  exchange.come_back();
  shop.start();
  REQUIRE(shop.wait_for_out());
  CHECK(exchange.messages("elsewhere").size() == 20);
}

TEST_CASE("F5: health and pages show how the lines are, and no credentials") {
  MemoryExchange exchange;
  exchange.go_away();
  Heard heard;
  Process shop(exchange, section());
  std::atomic<int> changes{0};
  shop.with("orders", orders(heard)).start();
  const ashlar::Subscription subscription =
      shop.host().service<Bridge>().on_change([&](const BrokerStatus&) { ++changes; });
  exchange.come_back();
  REQUIRE(Process::eventually([&] { return changes > 0; }));
  for (const auto& line : shop.lines().lines()) CHECK(line.to_string().find("hunter2") == std::string::npos);
  CHECK(shop.host().print_configuration().find("hunter2") == std::string::npos);
}

TEST_CASE("paused, nothing comes in; resumed, all of it") {
  MemoryExchange exchange;
  Heard heard;
  Process shop(exchange, section(one_queue));
  shop.with("orders", orders(heard)).start();
  REQUIRE(Process::eventually([&] { return shop.status().broker.consuming.state == LinkState::connected; }));
  shop.host().service<Bridge>().pause_consuming();
  REQUIRE(exchange.publish(
      message_with(R"({"type": "orders.order.placed", "source": "till", "data": {"order": "x", "number": 1}})")));
  CHECK(exchange.messages("shop.in").size() == 1);
  shop.host().service<Bridge>().resume_consuming();
  CHECK(heard.wait_for(1) == Lines{"x from till"});
}

TEST_CASE("what is wrong in the configuration is said with its place, all of it at once") {
  const std::string text = problem_of(
      "  declare: maybe\n  window: 0\n  publish: [{events: [\"orders.order.gone\", \"..\"], format: xml}]\n"
      "  consume: [{queue: \"\", bindings: [\"#\"], prefetch: 0, format: xml, type: stream, types: {A: B}}]\n");
  CHECK(text.find("rabbitmq.declare: is create or verify") != std::string::npos);
  CHECK(text.find("rabbitmq.window: is from 1 to 10,000") != std::string::npos);
  CHECK(text.find("rabbitmq.publish[0].format: 'xml' is none of domain-event") != std::string::npos);
  CHECK(text.find("rabbitmq.publish[0].events[0]: no module declares event 'orders.order.gone'") != std::string::npos);
  CHECK(text.find("rabbitmq.publish[0].events[1]: ") != std::string::npos);
  CHECK(text.find("rabbitmq.consume[0].queue: has from 1 to 200 bytes") != std::string::npos);
  CHECK(text.find("rabbitmq.consume[0].prefetch: is from 1 to 2,000") != std::string::npos);
  CHECK(text.find("rabbitmq.consume[0].format: 'xml' is none of auto") != std::string::npos);
  CHECK(text.find("rabbitmq.consume[0].type: is quorum or classic") != std::string::npos);
  CHECK(text.find("rabbitmq.consume[0].types: 'B' is no event") != std::string::npos);
}
