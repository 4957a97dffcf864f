#include "traffic.hpp"

using namespace ashlar::bridge;
using namespace std::chrono_literals;
using Outcome = Sent::Outcome;

TEST_CASE("F2: lines that are reset again and again, and cut inside of frames, lose nothing") {
  RabbitPlace place;
  OneBroker one(place.options(), one_queue(), OneBroker::Settle::at_once);
  Traffic traffic(one);
  REQUIRE(one.wait_until_connected());
  traffic.begin();
  for (int i = 0; i < 5; ++i) {
    CHECK(traffic.wait_for_more(40));
    place.proxy.reset();
  }
  for (const std::uint64_t bytes : {5'003U, 9'001U, 20'011U}) {
    place.proxy.reset_each_after(bytes);
    const int before = place.proxy.accepted();
    CHECK(one.heard.wait_until([&] { return place.proxy.accepted() >= before + 3; }));
  }
  place.proxy.pass();
  CHECK(traffic.wait_for_more(100));
  traffic.finish();
}

TEST_CASE("F2: connections of this virtual host that the broker closes are made again, and nothing is lost") {
  RabbitPlace place;
  OneBroker one(place.options(), one_queue(), OneBroker::Settle::at_once);
  Traffic traffic(one);
  REQUIRE(one.wait_until_connected());
  traffic.begin();
  CHECK(traffic.wait_for_more(40));
  place.broker.ctl({"close_all_connections", "--vhost", place.vhost, "somebody did it"});
  CHECK(one.heard.wait_until([&] { return one.lines_with("somebody did it") >= 2; }));
  CHECK(traffic.wait_for_more(40));
  traffic.finish();
}

TEST_CASE("F2: a line that is silent without an end is noticed by its heartbeats, publishing and consuming") {
  RabbitPlace place;
  ashlar::rabbitmq::Options options = place.options();
  options.heartbeat = 1s;
  OneBroker one(options, one_queue(), OneBroker::Settle::at_once);
  Traffic traffic(one);
  REQUIRE(one.wait_until_connected());
  traffic.begin();
  CHECK(traffic.wait_for_more(40));
  place.proxy.silence();
  CHECK(one.heard.wait_until([&] { return one.lines_with("has said nothing for") >= 2; }));
  // Nobody waits who publishes meanwhile.
  CHECK(one.publish(text_message("orders.placed", "0")).outcome == Outcome::lost);
  place.proxy.pass();
  CHECK(traffic.wait_for_more(40));
  traffic.finish();
}

TEST_CASE("F2: a line with nothing to say stays up by its heartbeats") {
  RabbitPlace place;
  ashlar::rabbitmq::Options options = place.options();
  options.heartbeat = 1s;
  OneBroker one(options, one_queue());
  REQUIRE(one.wait_until_connected());
  // Six of each side on both lines: without them the broker would have closed both after four, and so would we.
  constexpr std::uint64_t heartbeats = 6 * 2 * 8;
  const std::uint64_t up = place.proxy.passed_up();
  const std::uint64_t down = place.proxy.passed_down();
  CHECK(one.heard.wait_until(
      [&] { return place.proxy.passed_up() >= up + heartbeats && place.proxy.passed_down() >= down + heartbeats; }));
  CHECK(one.broker->status().publishing.connects == 1);
  CHECK(one.broker->status().consuming.connects == 1);
  CHECK(one.publish(text_message("orders.placed", "0")).outcome == Outcome::confirmed);
}

TEST_CASE("F2: a slow line is no broken line") {
  RabbitPlace place;
  place.proxy.delay(60ms);
  ashlar::rabbitmq::Options options = place.options();
  options.heartbeat = 1s;
  OneBroker one(options, one_queue(), OneBroker::Settle::at_once);
  Traffic traffic(one);
  REQUIRE(one.wait_until_connected());
  traffic.begin();
  CHECK(traffic.wait_for_more(200));
  traffic.finish();
  CHECK(one.broker->status().publishing.connects == 1);
  CHECK(one.broker->status().consuming.connects == 1);
}
