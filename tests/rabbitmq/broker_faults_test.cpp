#include "traffic.hpp"

using namespace ashlar::bridge;
using namespace std::chrono_literals;
using Outcome = Sent::Outcome;

// These do to a broker what others would notice, so each has its own.

TEST_CASE("F2: a broker that is stopped, started and frozen under load loses nothing") {
  RabbitServer server;
  ashlar::rabbitmq::Options options = quick_options(server.url("%2F"));
  options.heartbeat = 2s;
  OneBroker one(options, one_queue(), OneBroker::Settle::at_once);
  Traffic traffic(one);
  REQUIRE(one.wait_until_connected());
  traffic.begin();
  CHECK(traffic.wait_for_more(100));
  for (int i = 0; i < 2; ++i) {
    server.ctl({"stop_app"});
    CHECK(one.heard.wait_until([&] { return one.broker->status().publishing.state != LinkState::connected; }));
    server.ctl({"start_app"});
    CHECK(traffic.wait_for_more(100));
  }
  server.freeze();
  CHECK(one.heard.wait_until([&] { return one.lines_with("has said nothing for") >= 2; }));
  server.thaw();
  CHECK(traffic.wait_for_more(100));
  traffic.finish();
}

TEST_CASE("F2: a broker that is killed under load loses nothing") {
  RabbitServer server;
  // A quorum queue that is a few seconds old may find no leader ever again after this, at RabbitMQ 3.10.
  Topology topology = one_queue();
  topology.queues[0].type = QueueType::classic;
  OneBroker one(quick_options(server.url("%2F")), topology, OneBroker::Settle::at_once);
  Traffic traffic(one);
  REQUIRE(one.wait_until_connected());
  traffic.begin();
  CHECK(traffic.wait_for_more(100));
  server.kill();
  CHECK(one.heard.wait_until([&] { return one.broker->status().publishing.state != LinkState::connected; }));
  server.start();
  CHECK(traffic.wait_for_more(100));
  traffic.finish();
}

TEST_CASE("F2: a broker that is short of memory blocks publishing alone, and the line stays") {
  RabbitServer server("max_message_size = 100000\n");
  TcpProxy proxy(server.port());
  ashlar::rabbitmq::Options options = quick_options(server.url("%2F", proxy.port()));
  options.heartbeat = 1s;
  OneBroker one(options, one_queue());
  REQUIRE(one.wait_until_connected());
  // The broker's own limit is not ours: that message is refused, and no other is in its way.
  const Sent large = one.publish(text_message("a", std::string(200'000, 'x')));
  CHECK(large.outcome == Outcome::refused);
  CHECK(large.reason.find("max size") != std::string::npos);
  REQUIRE(one.heard.wait_until([&] { return one.publish(text_message("a", "0")).outcome == Outcome::confirmed; }));
  CHECK(one.heard.wait_until([&] { return one.heard.received().size() == 1; }));
  const BrokerStatus before = one.broker->status();

  server.ctl({"set_vm_memory_high_watermark", "absolute", "1"});
  std::atomic<int> confirmed{0};
  for (int i = 0; i < 300; ++i) {
    one.broker->publish(text_message("a", std::string(10'000, 'x')), [&](const Sent& sent) {
      if (sent.outcome == Outcome::confirmed) ++confirmed;
    });
  }
  REQUIRE(one.heard.wait_until([&] { return one.broker->status().publishing.state == LinkState::blocked; }));
  CHECK(one.broker->status().publishing.error.find("low on memory") != std::string::npos);
  CHECK(one.broker->status().consuming.state == LinkState::connected);
  // Six heartbeats of the broker on both lines, which would be gone after four that did not come.
  const std::uint64_t down = proxy.passed_down();
  CHECK(one.heard.wait_until([&] { return proxy.passed_down() >= down + 6 * 2 * 8; }));
  CHECK(confirmed < 300);
  CHECK(one.broker->status().publishing.state == LinkState::blocked);
  server.ctl({"set_vm_memory_high_watermark", "absolute", "1GB"});
  CHECK(one.heard.wait_until([&] { return confirmed == 300; }));
  CHECK(one.broker->status().publishing.state == LinkState::connected);
  CHECK(one.broker->status().publishing.connects == before.publishing.connects);
  CHECK(one.broker->status().consuming.connects == before.consuming.connects);
  CHECK(one.lines_with("blocked by RabbitMQ") == 2);
}

TEST_CASE(
    "F2: a message without a verdict for longer than the broker waits comes again, and the broker's reason is told") {
  RabbitServer server("consumer_timeout = 1000\n");
  server.eval("application:set_env(rabbit, channel_tick_interval, 500).");
  OneBroker one(quick_options(server.url("%2F")), one_queue());
  REQUIRE(one.wait_until_connected());
  CHECK(one.publish(text_message("a", "0")).outcome == Outcome::confirmed);
  CHECK(one.heard.wait_until([&] { return one.heard.received().size() >= 2; }));
  CHECK(one.heard.received().at(1).redelivered);
  CHECK(one.lines_with("delivery acknowledgement on channel 1 timed out") >= 1);
  CHECK(one.broker->status().publishing.connects == 1);
}
