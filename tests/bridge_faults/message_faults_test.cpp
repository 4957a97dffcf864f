#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>

#include "rabbit_client.hpp"
#include "two_hosts.hpp"

using bridge_test::Placed;
using bridge_test::Process;

namespace {

std::string good(const std::string& id) {
  return R"({"id":"0195d7c1-0000-7000-8000-00000000000)" + id +
         R"(","type":"orders.order.placed","timestamp":"2026-01-01T00:00:00.000Z","version":"1.0","source":"till",)"
         R"("data":{"order":"x","number":)" +
         id + "}}";
}

}  // namespace

TEST_CASE("F3: what strangers send that is no event is kept with its bytes and reason, and the rest goes on") {
  TwoHosts hosts;
  hosts.start();
  RabbitClient stranger(hosts.broker, hosts.vhost);
  const std::string whole = good("1");
  const std::vector<std::pair<std::string, std::string>> sent{
      {"no JSON", "orders.order.placed"},
      {whole.substr(0, whole.size() / 2), "orders.order.placed"},
      {std::string(10'000, '[') + std::string(10'000, ']'), "orders.order.placed"},
      {R"({"type":"orders.order.placed","source":"till","data":)" + std::string(10'000, '[') +
           std::string(10'000, ']') + "}",
       "orders.order.placed"},
      {R"({"type":"orders.order.vanished","source":"till","data":{}})", "orders.order.vanished"},
      {R"({"type":"orders.order.placed","version":99,"source":"till","data":{"order":"x","number":1}})",
       "orders.order.placed"},
      {"", "orders.order.placed"}};
  for (const auto& [body, key] : sent) {
    stranger.publish("faults.events", key, body);
    hosts.publish("a");
  }
  CHECK(Process::eventually([&] { return hosts.consumer.status().dead == sent.size(); }));
  const auto letters = hosts.consumer.log().dead_letters({});
  REQUIRE(letters.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    CAPTURE(letters[i].reason);
    CHECK(letters[i].event.data == sent[i].first);
    CHECK(letters[i].reason != "");
  }
  CHECK(letters[4].reason.find("orders.order.vanished") != std::string::npos);
  CHECK(Process::eventually([&] { return hosts.consumer.status().stored == sent.size(); }));
  CHECK(Process::eventually([&] { return hosts.consumer.status().broker.unsettled == 0; }));
  CHECK(stranger.count(TwoHosts::queue) == 0);
  CHECK(hosts.consumer.status().broker.consuming.connects == 1);
}

TEST_CASE("F3: a message of 20 MB goes to the dead letters of its queue unread, and the rest goes on") {
  TwoHosts hosts;
  hosts.start();
  RabbitClient stranger(hosts.broker, hosts.vhost);
  hosts.publish("a", 10);
  stranger.publish("faults.events", "orders.order.placed", std::string(20 * 1024 * 1024, 'x'));
  hosts.publish("a", 10);
  CHECK(stranger.wait_for(std::string(TwoHosts::queue) + ".dead").body.size() == 20 * 1024 * 1024);
  hosts.check();
  CHECK(hosts.consumer.lines().contains("a message is too large to be received"));
  CHECK(hosts.consumer.status().broker.consuming.connects == 1);
}

TEST_CASE(
    "F1: an event that is too large to be carried becomes a dead letter with that reason, and the rest goes out") {
  TwoHosts hosts({.more_of_publisher = "  max_message_bytes: 1024\n"});
  hosts.start();
  const std::string large(2'000, 'x');
  CHECK(hosts.publisher.bus("orders").publish(Placed{large, 1}).ok());
  hosts.publish("a", 100);
  CHECK(Process::eventually([&] { return hosts.consumer.status().stored == 100; }));
  CHECK(Process::eventually([&] { return hosts.publisher.log().dead_letters({}).size() == 1; }));
  const auto letters = hosts.publisher.log().dead_letters({});
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].consumer == "rabbitmq.publish");
  CHECK(letters[0].event.metadata.key == large);
  CHECK(letters[0].reason.find("1024") != std::string::npos);
  CHECK(hosts.publisher.status().broker.publishing.connects == 1);
}

TEST_CASE("F3: a host whose handler stands still takes its prefetch and no more, and loses nothing") {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  TwoHosts hosts({.prefetch = 20, .before_handling = [&](const Placed&) {
                    std::unique_lock lock(mutex);
                    changed.wait(lock, [&] { return open; });
                  }});
  hosts.start();
  hosts.begin_load();
  CHECK(Process::eventually([&] { return hosts.consumer.status().broker.unsettled == 20; }));
  RabbitClient client(hosts.broker, hosts.vhost);
  CHECK(Process::eventually([&] { return client.count(TwoHosts::queue) >= 300; }));
  CHECK(hosts.consumer.status().broker.unsettled == 20);
  CHECK(hosts.ledger().handled_there() == 0);
  // A line that goes meanwhile changes nothing.
  hosts.consumer_line.reset();
  CHECK(Process::eventually([&] { return hosts.consumer.status().broker.consuming.connects == 2; }));
  {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
  hosts.check();
}
