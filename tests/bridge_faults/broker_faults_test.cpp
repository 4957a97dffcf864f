#include <doctest/doctest.h>

#include "two_hosts.hpp"

using ashlar::bridge::LinkState;
using bridge_test::Process;

// These do to a broker what others would notice, so each has its own.

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

TEST_CASE("F2: while a broker is short of memory the application publishes, and afterwards all of it goes out") {
  RabbitServer server;
  TwoHosts hosts(server, "%2F");
  hosts.start();
  hosts.begin_load();
  CHECK(hosts.wait_for_handled_there(50));
  server.ctl({"set_vm_memory_high_watermark", "absolute", "1"});
  CHECK(Process::eventually([&] { return hosts.publisher.status().broker.publishing.state == LinkState::blocked; }));
  const auto detail = [&] {
    for (const auto& check : hosts.publisher.host().health().checks) {
      if (check.name == "rabbitmq") return check.detail;
    }
    return std::string("no check");
  };
  CHECK(Process::eventually([&] { return detail().starts_with("degraded: publishing: blocked"); }));
  CHECK(hosts.publisher.host().health().ready);
  CHECK(hosts.publishing_goes_on(500));
  // What the broker does not take waits in the log, not in memory: four windows are at hand at most.
  CHECK(hosts.publisher.status().broker.unconfirmed <= 4 * 64);
  server.ctl({"set_vm_memory_high_watermark", "absolute", "1GB"});
  CHECK(hosts.wait_for_handled_there(500));
  hosts.check();
  CHECK(hosts.publisher.status().broker.publishing.connects == 1);
  CHECK(Process::eventually([&] { return detail().empty(); }));
}
