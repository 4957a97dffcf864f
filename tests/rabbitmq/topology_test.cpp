#include <doctest/doctest.h>

#include "rabbit_place.hpp"

using namespace ashlar::bridge;
using Outcome = Sent::Outcome;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("F4: an exchange of another type is an error that prints both sides") {
  RabbitPlace place;
  place.client().declare_exchange("events", "direct");
  OneBroker one(place.options(), one_queue());
  const std::string error = one.wait_for_error("exchange 'events'");
  CAPTURE(error);
  CHECK(holds(error, "wants it durable, topic"));
  CHECK(holds(error, "406 PRECONDITION_FAILED"));
  CHECK(holds(error, "'direct'"));
  CHECK(one.publish(text_message("orders.placed", "x")).outcome == Outcome::lost);
  // It goes on when somebody has made it right.
  place.client().delete_exchange("events");
  CHECK(one.wait_until_connected());
}

TEST_CASE("F4: a queue with other arguments is an error that prints both sides") {
  RabbitPlace place;
  place.client().declare_queue("work", {{"x-queue-type", "classic"}});
  OneBroker one(place.options(), one_queue());
  const std::string error = one.wait_for_error("queue 'work'");
  CAPTURE(error);
  CHECK(holds(error, "x-queue-type = quorum"));
  CHECK(holds(error, "406 PRECONDITION_FAILED"));
  CHECK(holds(error, "inequivalent arg"));
}

TEST_CASE("F4: where it may only look, all that is missing is named, and nothing is made") {
  RabbitPlace place;
  Topology topology = one_queue();
  topology.declare = Declare::verify;
  {
    OneBroker one(place.options(), topology);
    const std::string error = one.wait_for_error("missing at the broker");
    CAPTURE(error);
    CHECK(holds(error, "exchange 'events'"));
    CHECK(holds(error, "queue 'work'"));
    CHECK(holds(error, "exchange 'work.dead'"));
    CHECK(holds(error, "queue 'work.dead'"));
    CHECK(holds(error, "declare: create"));
  }
  CHECK_THROWS(RabbitClient(place.broker, place.vhost).count("work"));
  {
    OneBroker maker(place.options(), one_queue());
    REQUIRE(maker.wait_until_connected());
  }
  OneBroker one(place.options(), topology);
  CHECK(one.wait_until_connected());
  CHECK(one.publish(text_message("orders.placed", "x")).outcome == Outcome::confirmed);
}

TEST_CASE("F2: an exchange that is deleted is made again with its bindings") {
  RabbitPlace place;
  OneBroker one(place.options(), one_queue());
  REQUIRE(one.wait_until_connected());
  CHECK(one.publish(text_message("orders.placed", "1")).outcome == Outcome::confirmed);
  place.client().delete_exchange("events");
  // Nothing is taken for confirmed that no queue has.
  REQUIRE(one.heard.wait_until(
      [&] { return one.publish(text_message("orders.placed", "2")).outcome == Outcome::confirmed; }));
  CHECK(one.heard.wait_until([&] { return one.heard.received().size() >= 2; }));
  CHECK(one.heard.bodies().at(1) == "2");
  CHECK(one.lines_with("NOT_FOUND") == 1);
}

TEST_CASE("F2: a queue that is deleted while it is consumed is made again, with a warning") {
  RabbitPlace place;
  OneBroker one(place.options(), one_queue());
  REQUIRE(one.wait_until_connected());
  place.client().delete_queue("work");
  REQUIRE(one.heard.wait_until([&] { return one.lines_with("a queue was deleted at the broker") == 1; }));
  REQUIRE(one.heard.wait_until(
      [&] { return one.publish(text_message("orders.placed", "new")).outcome == Outcome::confirmed; }));
  CHECK(one.heard.wait_until([&] { return !one.heard.received().empty(); }));
  CHECK(one.broker->status().consuming.connects == 1);
}

TEST_CASE("F1: what the broker refuses (basic.nack) is refused with a reason") {
  RabbitPlace place;
  OneBroker one(place.options(), {.exchange = "events"});
  REQUIRE(one.wait_until_connected());
  place.client().declare_queue("full", {{"x-overflow", "reject-publish"}}, {{"x-max-length", 1}});
  place.client().bind("full", "events", "#");
  CHECK(one.publish(text_message("a", "1")).outcome == Outcome::confirmed);
  const Sent second = one.publish(text_message("a", "2"));
  CHECK(second.outcome == Outcome::refused);
  CHECK(holds(second.reason, "basic.nack"));
  CHECK(one.broker->status().publishing.connects == 1);
}

TEST_CASE("what is published survives the broker (persistent)") {
  RabbitPlace place;
  OneBroker one(place.options(),
                {.exchange = "events", .queues = {{.name = "work", .bindings = {"#"}, .consume = Consume::no}}});
  REQUIRE(one.wait_until_connected());
  CHECK(one.publish(text_message("a", "1")).outcome == Outcome::confirmed);
  const RabbitClient::Got got = place.client().wait_for("work");
  CHECK(got.persistent);
  CHECK(got.body == "1");
}

TEST_CASE("F3: a message that is larger than the limit goes to the dead letters unread") {
  RabbitPlace place;
  ashlar::rabbitmq::Options options = place.options();
  options.max_message_bytes = 1000;
  OneBroker one(options, one_queue());
  REQUIRE(one.wait_until_connected());
  CHECK(one.publish(text_message("a", std::string(1001, 'x'))).outcome == Outcome::refused);
  place.client().publish("events", "a", std::string(300'000, 'x'));
  place.client().publish("events", "a", "small");
  CHECK(place.wait_for_dead("work").size() == 300'000);
  CHECK(one.heard.wait_until([&] { return !one.heard.received().empty(); }));
  CHECK(one.heard.bodies().at(0) == "small");
  CHECK(one.lines_with("too large") == 1);
  CHECK(one.broker->status().unsettled == 1);
}
