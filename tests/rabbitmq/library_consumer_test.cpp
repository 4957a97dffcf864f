#include "library_support.hpp"

using namespace library_test;
using namespace std::chrono_literals;
using namespace ashlar::bridge;
using ashlar::rabbitmq::Consumer;
using ashlar::rabbitmq::ConsumerOptions;
using ashlar::rabbitmq::ConsumerStatus;
using ashlar::rabbitmq::Rejected;
using ashlar::rabbitmq::Unhandled;
using Lines = std::vector<std::string>;

TEST_CASE("F3: a consumer hands each event to its handler, and acknowledges it when that has returned") {
  Place place;
  Gate gate;
  Heard heard;
  ConsumerOptions options = place.consumer();
  options.prefetch = 3;
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed& event) {
    if (event.number == 1) gate.pass();
    heard.add(event.order + " " + std::to_string(event.number));
  });
  consumer.start();
  for (int i = 1; i <= 5; ++i) place.send({"o", i});

  // The line goes on while the handler does not: it has received what the prefetch allows.
  REQUIRE(gate.wait_for(1));
  CHECK(wait_until([&] { return consumer.health().waiting == 2; }));
  CHECK(consumer.health().running == 1);
  CHECK(consumer.health().handled == 0);
  CHECK((place.numbers() == std::vector<int>{4, 5}));
  gate.open();
  CHECK((heard.wait_for(5) == Lines{"o 1", "o 2", "o 3", "o 4", "o 5"}));
  CHECK(wait_until([&] { return consumer.health().handled == 5; }));
  CHECK(consumer.health().healthy());
  consumer.stop();
  CHECK(place.exchange.messages("work").empty());
  CHECK(place.exchange.messages("work.dead").empty());
}

TEST_CASE(
    "F3: handlers are found by type and version, by name and by pattern, and all that match are called in order") {
  Place place;
  Heard heard;
  const ConsumerOptions options = place.consumer();
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed& event, const WireEvent& wire) {
    heard.add("typed " + event.order + " " + wire.metadata.source);
  });
  consumer.on<PlacedAgain>([&](const PlacedAgain& event) { heard.add("typed@2 " + std::to_string(event.number)); })
      .on("orders.order.placed@2", [&](const WireEvent& event) { heard.add("named@2 " + event.data); })
      .on("orders.*.placed", [&](const WireEvent& event) { heard.add("pattern " + event.metadata.name); });
  consumer.start();
  place.send({"o-1", 1});
  CHECK((heard.wait_for(2) == Lines{"typed o-1 orders", "pattern orders.order.placed"}));
  const ashlar::Metadata again{.id = ashlar::Uuid::v7(1), .name = "orders.order.placed", .version = 2};
  place.exchange.publish(write(WireFormat::cloudevents, again, R"({"number":2})", {}));
  CHECK((heard.wait_for(5) == Lines{"typed o-1 orders", "pattern orders.order.placed", "typed@2 2",
                                    R"(named@2 {"number":2})", "pattern orders.order.placed"}));
}

TEST_CASE("F3: an event whose handler throws is handed to it again after growing pauses, and then rejected") {
  Place place;
  ashlar::testing::VirtualClock clock;
  Heard heard;
  ConsumerOptions options = place.consumer();
  options.clock = &clock;
  options.most_tries = 4;
  options.first_pause = 200ms;
  options.longest_pause = 500ms;
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed& event) {
    heard.add(std::to_string(event.number));
    if (event.number == 1) throw std::runtime_error("no stock for " + event.order);
  });
  consumer.start();
  place.send({"o-1", 1});
  place.send({"o-2", 2});  // is not in its way
  CHECK((heard.wait_for(2) == Lines{"1", "2"}));
  std::size_t calls = 2;
  for (const auto pause : {200ms, 400ms, 500ms}) {
    REQUIRE(clock.wait_for_waiter(pause));
    CHECK(consumer.health().retrying == 1);
    CHECK(heard.lines().size() == calls);
    clock.advance(pause);
    CHECK(heard.wait_for(++calls).back() == "1");
  }
  CHECK(wait_until([&] { return place.exchange.messages("work.dead").size() == 1; }));
  CHECK((place.numbers("work.dead") == std::vector<int>{1}));
  const ConsumerStatus status = consumer.health();
  CHECK(status.failures == 4);
  CHECK(status.rejected == 1);
  CHECK(status.handled == 1);
  CHECK(status.retrying == 0);
  CHECK(status.last_error == "its handler failed 4 times: no stock for o-1");
  CHECK(place.lines_with("a handler failed, and is called again") == 3);
  CHECK(place.lines_with("a message is rejected") == 1);
  consumer.stop();
  CHECK(heard.lines().size() == 5);
}

TEST_CASE(
    "F3: what cannot be decoded, does not fit, or is refused by its handler is rejected at once, with its bytes") {
  Place place;
  Heard heard;
  const ConsumerOptions options = place.consumer();
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed& event) {
    if (event.number < 0) throw Rejected("a number below zero");
    heard.add(std::to_string(event.number));
  });
  consumer.start();
  const Message broken{.routing_key = "orders.order.placed", .body = "{\"id\": ", .message_id = "m-1"};
  const Message unfit{.routing_key = "orders.order.placed", .body = R"({"order":"o-1","number":"many"})"};
  const Message unknown{.routing_key = "orders.order.cancelled", .body = R"({"order":"o-1"})"};
  for (const Message& message : {broken, unfit, unknown}) place.exchange.publish(message);
  place.send({"o-1", -1});
  place.send({"o-2", 2});
  CHECK((heard.wait_for(1) == Lines{"2"}));
  CHECK(wait_until([&] { return place.exchange.messages("work.dead").size() == 4; }));
  const auto dead = place.exchange.messages("work.dead");
  CHECK(dead[0].body == broken.body);
  CHECK(dead[1].body == unfit.body);
  CHECK(dead[2].body == unknown.body);
  CHECK(place.lines_with("a message is rejected") == 4);
  CHECK(place.log->contains("message_id=m-1"));
  CHECK(place.log->contains("/number: expected"));
  CHECK(place.log->contains("no handler takes 'orders.order.cancelled', version 1"));
  CHECK(place.log->contains("a number below zero"));
  CHECK(consumer.health().rejected == 4);
  CHECK(consumer.health().failures == 0);
}

TEST_CASE("F3: a consumer that is told to ignores what no handler takes") {
  Place place;
  Heard heard;
  ConsumerOptions options = place.consumer();
  options.unhandled = Unhandled::ignore;
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed& event) { heard.add(event.order); });
  consumer.start();
  place.exchange.publish({.routing_key = "orders.order.cancelled", .body = "{}"});
  place.send({"o-1", 1});
  heard.wait_for(1);
  CHECK(wait_until([&] { return consumer.health().handled == 1; }));
  CHECK(consumer.health().ignored == 1);
  consumer.stop();
  CHECK(place.exchange.messages("work").empty());
  CHECK(place.exchange.messages("work.dead").empty());
}

TEST_CASE("F2: events of one key wait behind one that fails, others do not") {
  Place place;
  ashlar::testing::VirtualClock clock;
  Heard heard;
  ConsumerOptions options = place.consumer();
  options.clock = &clock;
  options.threads = 2;
  Consumer consumer(place.broker(options), options);
  std::atomic<bool> broken{true};
  consumer.on<Placed>([&](const Placed& event) {
    if (event.number == 1 && broken) throw std::runtime_error("not now");
    heard.add(event.order + " " + std::to_string(event.number));
  });
  consumer.start();
  place.send({"a", 1}, "a");
  place.send({"a", 2}, "a");
  place.send({"b", 3}, "b");
  place.send({"a", 4}, "a");
  CHECK((heard.wait_for(1) == Lines{"b 3"}));
  CHECK(wait_until([&] { return consumer.health().retrying == 1 && consumer.health().waiting == 2; }));
  broken = false;
  REQUIRE(clock.wait_for_waiter(200ms));
  clock.advance(200ms);
  CHECK((heard.wait_for(4) == Lines{"b 3", "a 1", "a 2", "a 4"}));
}

TEST_CASE("F2: handlers run at once on as many threads as there are, and of one key one at a time") {
  Place place;
  Gate gate;
  Heard heard;
  ConsumerOptions options = place.consumer();
  options.threads = 3;
  Consumer consumer(place.broker(options), options);
  std::atomic<int> of_a{0};
  std::atomic<bool> alone{true};
  consumer.on<Placed>([&](const Placed& event) {
    if (event.order == "a" && ++of_a != 1) alone = false;
    if (event.number <= 3) gate.pass();
    if (event.order == "a") --of_a;
    heard.add(event.order);
  });
  consumer.start();
  place.send({"a", 1}, "a");
  place.send({"b", 2}, "b");
  place.send({"", 3});
  CHECK(gate.wait_for(3));
  for (int i = 4; i < 200; ++i) place.send({"a", i}, "a");
  gate.open();
  CHECK(heard.wait_for(199).size() == 199);
  CHECK(alone);
}

TEST_CASE("F2: what was received by a line that goes comes again, and what was handled is not handled twice") {
  Place place;
  Gate gate;
  Heard heard;
  const ConsumerOptions options = place.consumer();
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed& event) {
    if (event.number == 1) gate.pass();
    heard.add(std::to_string(event.number));
  });
  consumer.start();
  for (int i = 1; i <= 3; ++i) place.send({"o", i});
  REQUIRE(gate.wait_for(1));
  REQUIRE(wait_until([&] { return consumer.health().waiting == 2; }));
  place.exchange.cut();
  REQUIRE(wait_until([&] { return consumer.health().line.connects == 2 && consumer.health().waiting == 3; }));
  gate.open();
  CHECK((heard.wait_for(3) == Lines{"1", "2", "3"}));
  CHECK(wait_until([&] { return consumer.health().duplicates == 1 && consumer.health().handled == 3; }));
  consumer.stop();
  CHECK(heard.lines().size() == 3);
  CHECK(place.exchange.messages("work").empty());
}

TEST_CASE("F2: a line that goes does not give a failing event all its tries again") {
  Place place;
  ashlar::testing::VirtualClock clock;
  Heard heard;
  ConsumerOptions options = place.consumer();
  options.clock = &clock;
  options.most_tries = 2;
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed&) {
    heard.add("called");
    throw std::runtime_error("never");
  });
  consumer.start();
  place.send({"o", 1}, "o");
  heard.wait_for(1);
  REQUIRE(clock.wait_for_waiter(200ms));
  place.exchange.go_away();
  REQUIRE(wait_until([&] { return consumer.health().retrying == 0; }));
  CHECK(!consumer.health().healthy());
  place.exchange.come_back();
  CHECK(heard.wait_for(2).size() == 2);
  CHECK(wait_until([&] { return place.exchange.messages("work.dead").size() == 1; }));
}

TEST_CASE("F2: two messages without an id that say the same are two events") {
  Place place;
  Heard heard;
  const ConsumerOptions options = place.consumer();
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed& event) { heard.add(event.order); });
  consumer.start();
  const Message same{.routing_key = "orders.order.placed", .body = R"({"order":"o-1","number":1})"};
  place.exchange.publish(same);
  place.exchange.publish(same);
  CHECK((heard.wait_for(2) == Lines{"o-1", "o-1"}));
}

TEST_CASE("F2: a consumer that stops lets the handler finish that runs, and gives the rest back to the queue") {
  Place place;
  Gate gate;
  ashlar::testing::VirtualClock clock;
  ConsumerOptions options = place.consumer();
  options.clock = &clock;
  Consumer consumer(place.broker(options), options);
  std::string error;
  consumer.on<Placed>([&](const Placed& event) {
    if (event.number == 1) throw std::runtime_error("later");
    try {
      consumer.stop();
    } catch (const ashlar::Error& in_a_handler) {
      error = in_a_handler.what();
    }
    CHECK_THROWS_AS(consumer.start(), ashlar::Error);
    CHECK_THROWS_AS(consumer.on("#", [](const WireEvent&) {}), ashlar::Error);
    gate.pass();
  });
  consumer.start();
  for (int i = 1; i <= 4; ++i) place.send({"o", i});
  REQUIRE(gate.wait_for(1));
  REQUIRE(wait_until([&] { return consumer.health().retrying == 1 && consumer.health().waiting == 2; }));
  std::thread stops([&] { consumer.stop(patience); });
  CHECK(wait_until([&] { return consumer.health().waiting == 0; }));
  CHECK(consumer.health().running == 1);
  gate.open();
  stops.join();
  consumer.stop();
  CHECK(error == "the consumer of queue 'work' cannot be stopped in one of its handlers");
  CHECK(consumer.health().handled == 1);
  std::vector<int> left = place.numbers();
  std::sort(left.begin(), left.end());
  CHECK((left == std::vector<int>{1, 3, 4}));
  CHECK(place.exchange.messages("work.dead").empty());
}

TEST_CASE("F2: a consumer that is paused takes nothing from the queue until it goes on") {
  Place place;
  Heard heard;
  const ConsumerOptions options = place.consumer();
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed& event) { heard.add(std::to_string(event.number)); });
  consumer.start();
  place.send({"o", 1});
  heard.wait_for(1);
  consumer.pause();
  place.send({"o", 2});
  CHECK((place.numbers() == std::vector<int>{2}));
  consumer.resume();
  CHECK((heard.wait_for(2) == Lines{"1", "2"}));
}

TEST_CASE("F3: of several handlers the next try begins with the one that has thrown") {
  Place place;
  ashlar::testing::VirtualClock clock;
  Heard heard;
  ConsumerOptions options = place.consumer();
  options.clock = &clock;
  Consumer consumer(place.broker(options), options);
  std::atomic<int> calls{0};
  consumer.on<Placed>([&](const Placed&) { heard.add("first"); });
  consumer.on("#", [&](const WireEvent&) {
    if (++calls == 1) throw 17;
    heard.add("second");
  });
  consumer.start();
  place.send({"o", 1});
  heard.wait_for(1);
  REQUIRE(clock.wait_for_waiter(200ms));
  CHECK(place.log->contains("a handler failed"));
  clock.advance(200ms);
  CHECK((heard.wait_for(2) == Lines{"first", "second"}));
}

TEST_CASE("F6: a consumer reads what another system publishes, whatever it calls its events") {
  Place place;
  Heard heard;
  ConsumerOptions options = place.consumer();
  options.types = {{"OrderPlaced", "orders.order.placed"}};
  Consumer consumer(place.broker(options), options);
  consumer.on<Placed>([&](const Placed& event, const WireEvent& wire) {
    heard.add(event.order + " " + wire.metadata.key + " " + wire.metadata.correlation_id);
  });
  consumer.start();
  place.exchange.publish({.routing_key = "orders.placed",
                          .body = R"({"event_id":"4c7b1c1e-1111-4222-8333-123456789012","event_type":"OrderPlaced",)"
                                  R"("aggregate_id":"o-1","timestamp":"2024-01-15T10:30:00Z","correlation_id":"c-1",)"
                                  R"("payload":{"order":"o-1","number":1}})"});
  CHECK((heard.wait_for(1) == Lines{"o-1 o-1 c-1"}));
}

TEST_CASE("a consumer says what it is used wrongly for") {
  Place place;
  const ConsumerOptions options = place.consumer();
  const auto refuses = [&](ConsumerOptions wrong, const std::string& part) {
    try {
      const Consumer consumer(place.broker(options), std::move(wrong));
    } catch (const ashlar::Error& error) {
      return std::string(error.what()).find(part) != std::string::npos;
    }
    return false;
  };
  CHECK(refuses({.exchange = "e"}, "queue is empty"));
  CHECK(refuses({.queue = "q", .exchange = "e", .threads = 0}, "threads"));
  CHECK(refuses({.queue = "q", .exchange = "e", .most_tries = 0}, "most_tries"));
  CHECK(refuses({.queue = "q", .exchange = "e", .types = {{"A", "b"}}}, "'b' is no event name"));

  Consumer consumer(place.broker(options), options);
  CHECK_THROWS_WITH_AS(consumer.start(), "the consumer of queue 'work' has no handler: call on() before start()",
                       ashlar::Error);
  CHECK_THROWS_AS(consumer.on("Orders", [](const WireEvent&) {}), ashlar::DeclarationError);
  consumer.on("#", [](const WireEvent&) {});
  consumer.start();
  CHECK_THROWS_WITH_AS(consumer.start(), "the consumer of queue 'work' can start once", ashlar::Error);
  CHECK_THROWS_AS(consumer.on("#", [](const WireEvent&) {}), ashlar::Error);
}
