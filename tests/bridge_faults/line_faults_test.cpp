#include <doctest/doctest.h>

#include <random>

#include "rabbit_client.hpp"
#include "two_hosts.hpp"

using ashlar::bridge::LinkState;
using bridge_test::Process;

TEST_CASE("F2: two hosts whose lines are reset and cut inside of frames lose nothing, and keep the order of each key") {
  TwoHosts hosts;
  hosts.start();
  hosts.begin_load();
  std::mt19937 random(17);
  for (int i = 0; i < 2; ++i) {
    CHECK(hosts.wait_for_handled_there(20 + random() % 80));
    hosts.publisher_line.reset();
    CHECK(hosts.wait_for_handled_there(20 + random() % 80));
    hosts.consumer_line.reset();
  }
  for (TcpProxy* line : {&hosts.publisher_line, &hosts.consumer_line, &hosts.publisher_line}) {
    const int before = line->accepted();
    line->reset_each_after(2'000 + random() % 10'000);
    CHECK(Process::eventually([&] { return line->accepted() > before; }));
    line->reset_each_after(0);
    CHECK(hosts.publishing_goes_on());
  }
  hosts.check();
}

TEST_CASE("F2: two hosts whose lines are silent without an end notice it, go on publishing, and lose nothing") {
  TwoHosts hosts;
  hosts.start();
  hosts.begin_load();
  CHECK(hosts.wait_for_handled_there(50));
  hosts.publisher_line.silence();
  hosts.consumer_line.silence();
  CHECK(hosts.publishing_goes_on());
  CHECK(Process::eventually([&] {
    return hosts.publisher.status().broker.publishing.state == LinkState::waiting &&
           hosts.consumer.status().broker.consuming.state == LinkState::waiting;
  }));
  CHECK(hosts.publisher.lines().contains("has said nothing for"));
  hosts.publisher_line.pass();
  hosts.consumer_line.pass();
  CHECK(hosts.wait_for_handled_there(50));
  hosts.check();
}

TEST_CASE("F2: one event that was published while the broker was away goes out, though nothing else is published") {
  TwoHosts hosts;
  hosts.start();
  hosts.publish("a", 3);
  CHECK(hosts.wait_for_handled_there(3 - hosts.ledger().handled_there()));
  hosts.publisher_line.refuse();
  CHECK(Process::eventually([&] { return hosts.publisher.status().broker.publishing.state == LinkState::waiting; }));
  hosts.publish("a");
  hosts.publisher_line.pass();
  hosts.check();
}

TEST_CASE("F2: a queue that is deleted while it is consumed is made again, and what is published then arrives") {
  TwoHosts hosts;
  hosts.start();
  hosts.publish("a", 20);
  CHECK(Process::eventually([&] { return hosts.consumer.status().stored == 20; }));
  CHECK(Process::eventually([&] { return hosts.consumer.status().broker.unsettled == 0; }));
  RabbitClient(hosts.broker, hosts.vhost).delete_queue(TwoHosts::queue);
  // Some of these find no queue, and are published again.
  hosts.begin_load();
  CHECK(hosts.wait_for_handled_there(50));
  CHECK(hosts.consumer.lines().contains("a queue was deleted at the broker"));
  hosts.check();
  CHECK(hosts.consumer.status().broker.consuming.connects == 1);
}

TEST_CASE("F2: a host that stops under load leaves nothing behind that its next start does not deliver") {
  TwoHosts hosts;
  hosts.start();
  hosts.begin_load();
  for (int i = 0; i < 3; ++i) {
    CHECK(hosts.wait_for_handled_there(50));
    CHECK(hosts.stop(hosts.consumer));
    CHECK(hosts.publishing_goes_on());
    hosts.consumer.start();
    CHECK(hosts.wait_for_handled_there(50));
    hosts.end_load();
    hosts.publish("last", 200);
    CHECK(hosts.stop(hosts.publisher));
    hosts.publisher.start();
    hosts.begin_load();
  }
  CHECK(hosts.wait_for_handled_there(50));
  hosts.check();
}
