#include <doctest/doctest.h>

#include "patience.hpp"
#include "two_hosts.hpp"

using ashlar::bridge::LinkState;
using bridge_test::Process;

namespace {

// Of the module in the publisher's health.
std::string detail_of(TwoHosts& hosts) {
  for (const auto& check : hosts.publisher.host().health().checks) {
    if (check.name == "rabbitmq") return check.detail;
  }
  return "no check";
}

}  // namespace

// Half a minute long, for which a silent broker is trusted.
TEST_CASE("F2: a queue that confirms nothing, on a line that is up, shows in health until it does") {
  TwoHosts hosts;
  hosts.start();
  hosts.publish("a", 10);
  const auto tell_queue = [&](const std::string& what) {
    hosts.broker.eval("{ok, Q} = rabbit_amqqueue:lookup({resource, <<\"" + hosts.vhost + "\">>, queue, <<\"" +
                      TwoHosts::queue + "\">>}), sys:" + what + "(amqqueue:get_pid(Q)).");
  };
  CHECK(hosts.wait_for_handled_there(10 - hosts.ledger().handled_there()));
  tell_queue("suspend");
  hosts.publish("a", 10);
  CHECK(detail_of(hosts).empty());
  const auto begun = std::chrono::steady_clock::now();
  while (detail_of(hosts).empty() && std::chrono::steady_clock::now() - begun < std::chrono::seconds{90}) {
    pause_between_looks();
  }
  CHECK(detail_of(hosts).find("but it has not confirmed a message for more than 30 s") != std::string::npos);
  CHECK(hosts.publisher.host().health().ready);
  tell_queue("resume");
  hosts.check();
  CHECK(Process::eventually([&] { return detail_of(hosts).empty(); }));
  CHECK(hosts.publisher.status().broker.publishing.connects == 1);
}

// What follows does to a broker what others would notice, so each has its own.

TEST_CASE("F2: a broker that is killed amid confirms and comes back with its data has lost nothing for two hosts") {
  RabbitServer server;
  // A quorum queue that is a few seconds old may find no leader ever again after this, at RabbitMQ 3.10.
  TwoHosts hosts(server, "%2F", {.queue_type = "classic"});
  hosts.start();
  hosts.begin_load();
  CHECK(hosts.wait_for_handled_there(100));
  CHECK(Process::eventually([&] { return hosts.publisher.status().broker.unconfirmed > 0; }));
  server.kill();
  CHECK(Process::eventually([&] { return hosts.publisher.status().broker.publishing.state == LinkState::waiting; }));
  CHECK(hosts.publishing_goes_on(500));
  hosts.end_load();
  server.start();
  hosts.check();
}

TEST_CASE(
    "F2: while a broker is short of memory or disk the application publishes, and afterwards all of it goes out") {
  RabbitServer server;
  TwoHosts hosts(server, "%2F");
  hosts.start();
  hosts.begin_load();
  struct Alarm {
    std::vector<std::string> raise, lower;
    std::string reason;
  };
  const Alarm alarms[] = {{{"set_vm_memory_high_watermark", "absolute", "1"},
                           {"set_vm_memory_high_watermark", "absolute", "1GB"},
                           "low on memory"},
                          {{"set_disk_free_limit", "100000GB"}, {"set_disk_free_limit", "64MB"}, "low on disk"}};
  for (const Alarm& alarm : alarms) {
    CHECK(hosts.wait_for_handled_there(50));
    server.ctl(alarm.raise);
    CHECK(Process::eventually([&] { return hosts.publisher.status().broker.publishing.state == LinkState::blocked; }));
    CHECK(Process::eventually([&] { return detail_of(hosts).starts_with("degraded: publishing: blocked"); }));
    CHECK(detail_of(hosts).find(alarm.reason) != std::string::npos);
    CHECK(hosts.publisher.host().health().ready);
    CHECK(hosts.publishing_goes_on(500));
    // What the broker does not take waits in the log, not in memory: four windows are at hand at most.
    CHECK(hosts.publisher.status().broker.unconfirmed <= 4 * 64);
    server.ctl(alarm.lower);
    CHECK(hosts.wait_for_handled_there(500));
  }
  hosts.check();
  CHECK(hosts.publisher.status().broker.publishing.connects == 1);
  CHECK(Process::eventually([&] { return detail_of(hosts).empty(); }));
}
