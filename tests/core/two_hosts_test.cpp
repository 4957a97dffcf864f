#include "error_of.hpp"
#include "host_support.hpp"

#include <doctest/doctest.h>
#include <future>

namespace {

// A host with the module `bells`, and with a module `ringer` that does `react` when Rang is published.
struct Tower {
  explicit Tower(std::function<void(const bells::Rang&)> react) {
    host.add(bell_tower());
    host.add(scripted("ringer", {.register_handlers = [react](ashlar::EventRegistry& r) {
                        r.on([react](const bells::Rang& rang) { react(rang); });
                      }}));
    host.start();
  }

  ashlar::ModuleHost host;
};

}  // namespace

TEST_CASE("D4: two hosts live in one process at once and share nothing") {
  Journal journal;
  Tower north([&](const bells::Rang&) { journal.add("north"); });
  Tower south([&](const bells::Rang&) { journal.add("south"); });
  ring(north.host);
  ring(south.host);
  CHECK(journal.text() == "north, south");
  CHECK(north.host.stop().clean());
  CHECK_THROWS_AS(ring(north.host), ashlar::PublishRefused);
  CHECK(ring(south.host).ok());
  CHECK(journal.text() == "north, south, south");
  north.host.start();
  ring(north.host);
  CHECK(journal.text() == "north, south, south, north");
}

TEST_CASE("D4: a handler of one host publishes in the other, and back") {
  Journal journal;
  Tower* other = nullptr;
  Tower north([&](const bells::Rang& rang) {
    journal.add("north " + std::to_string(rang.number));
    if (rang.number < 3) ring(other->host, rang.number + 1).throw_if_failed();
    journal.add("north done");
  });
  Tower south([&](const bells::Rang& rang) {
    journal.add("south " + std::to_string(rang.number));
    ring(north.host, rang.number + 1).throw_if_failed();
    journal.add("south done");
  });
  other = &south;
  CHECK(ring(north.host, 1).ok());
  CHECK(journal.text() == "north 1, south 2, north 3, north done, south done, north done");
}

TEST_CASE("D4: publishing in a host that has stopped fails the handler of the other, not its host") {
  Tower south([](const bells::Rang&) {});
  Tower north([&](const bells::Rang&) { ring(south.host); });
  south.host.stop();
  const ashlar::PublishReport report = ring(north.host);
  REQUIRE(report.failures().size() == 1);
  CHECK(report.failures()[0].message.find("takes no events") != std::string::npos);
  CHECK(north.host.running());
}

TEST_CASE("D4: a stop does not wait for the handlers of another host") {
  Gate finish;
  Gate handling;
  Tower north([&](const bells::Rang&) {
    handling.open();
    finish.pass();
  });
  Tower south([](const bells::Rang&) {});
  OpenAtExit let_go(finish);
  auto publishing = std::async(std::launch::async, [&] { return ring(north.host); });
  handling.pass();
  CHECK(south.host.stop().clean());
  finish.open();
  CHECK(publishing.get().ok());
}

TEST_CASE("D4: stop() inside a handler is an error also after or beneath a publish in another host") {
  std::string after;
  std::string beneath;
  Tower* first = nullptr;
  Tower south([&](const bells::Rang&) { beneath = error_of([&] { first->host.stop(); }); });
  Tower north([&](const bells::Rang&) {
    ring(south.host);
    after = error_of([&] { first->host.stop(); });
  });
  first = &north;
  CHECK(ring(north.host).ok());
  CHECK_MESSAGE(after.find("request_stop()") != std::string::npos, after);
  CHECK_MESSAGE(beneath.find("request_stop()") != std::string::npos, beneath);
  CHECK(north.host.running());
}

TEST_CASE("D4: a host may be started and stopped inside a handler of another one") {
  Journal journal;
  ashlar::ModuleHost inner;
  inner.add(scripted("guest", journal));
  Tower outer([&](const bells::Rang&) {
    inner.start();
    inner.stop();
  });
  ring(outer.host).throw_if_failed();
  CHECK(journal.count("stop guest") == 1);
}

TEST_CASE("D4: a host that was published to may be stopped inside a handler of the publishing one") {
  std::string stopped;
  Tower south([](const bells::Rang&) {});
  Tower north([&](const bells::Rang&) {
    ring(south.host);
    stopped = error_of([&] { south.host.stop(); });
  });
  ring(north.host).throw_if_failed();
  CHECK(stopped == "nothing was thrown");
  CHECK_FALSE(south.host.running());
}

TEST_CASE("D4: two hosts start, publish and stop on their own threads at once") {
  const auto rounds = [] {
    int heard = 0;
    Tower tower([&](const bells::Rang&) { ++heard; });
    for (int round = 0; round < 50; ++round) {
      ring(tower.host);
      tower.host.stop();
      tower.host.start();
    }
    return heard;
  };
  auto north = std::async(std::launch::async, rounds);
  auto south = std::async(std::launch::async, rounds);
  CHECK(north.get() == 50);
  CHECK(south.get() == 50);
}
