#include "error_of.hpp"
#include "host_support.hpp"

#include <atomic>
#include <doctest/doctest.h>
#include <future>
#include <optional>

namespace {

// A module `ringer` that hears Rang with number 1 and does not return before `finish` opens.
struct SlowHandler {
  Gate handling;
  Gate finish;

  std::unique_ptr<ashlar::Module> module(Journal& journal, std::function<void()> before_return = {}) {
    return scripted("ringer", journal, {.register_handlers = [this, &journal, before_return](ashlar::EventRegistry& r) {
                      r.on([this, &journal, before_return](const bells::Rang& rang) {
                        if (rang.number != 1) return;
                        handling.open();
                        finish.pass();
                        if (before_return) before_return();
                        journal.add("heard");
                      });
                    }});
  }
};

}  // namespace

TEST_CASE("D4: stop waits for handlers in flight on other threads before any module is stopped") {
  Journal journal;
  SlowHandler slow;
  ashlar::ModuleHost host;
  OpenAtExit let_go(slow.finish);
  host.add(bell_tower());
  host.add(slow.module(journal));
  host.start();
  auto publishing = std::async(std::launch::async, [&] { return ring(host, 1); });
  slow.handling.pass();
  auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
  REQUIRE(comes_true([&] { return refuses_events(host); }));
  give_way();
  CHECK(journal.count("stop ringer") == 0);
  slow.finish.open();
  CHECK(stopping.get().clean());
  CHECK(publishing.get().ok());
  CHECK(journal.text().ends_with("heard, stop ringer"));
}

TEST_CASE("D4: what a handler in flight publishes while the host stops is delivered") {
  Journal journal;
  SlowHandler slow;
  std::optional<ashlar::PublishReport> nested;
  ashlar::ModuleHost host;
  OpenAtExit let_go(slow.finish);
  host.add(bell_tower());
  host.add(slow.module(journal, [&] { nested = host.bus_of("bells").publish(bells::Echoed{2}); }));
  host.add(scripted("audience", {.register_handlers = [&](ashlar::EventRegistry& r) {
                      r.on([&](const bells::Echoed&) { journal.add("echoed"); });
                    }}));
  host.start();
  auto publishing = std::async(std::launch::async, [&] { return ring(host, 1); });
  slow.handling.pass();
  auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
  REQUIRE(comes_true([&] { return refuses_events(host); }));
  slow.finish.open();
  CHECK(stopping.get().clean());
  CHECK(publishing.get().ok());
  REQUIRE(nested);
  CHECK(nested->handlers() == 1);
  CHECK(journal.text().ends_with("echoed, heard, stop ringer"));
}

TEST_CASE("D4: publishing is refused before the start, in prepare(), in stop() and afterwards") {
  std::string in_prepare;
  std::string in_stop;
  ashlar::EventBus* bus = nullptr;
  ashlar::ModuleHost host;
  host.add(scripted("bells", {.declare = [](ashlar::Declaration& d) { d.emits<bells::Rang>(); },
                              .prepare =
                                  [&](ashlar::ModuleContext& c) {
                                    bus = &c.bus();
                                    in_prepare = error_of([&] { bus->publish(bells::Rang{1}); });
                                  },
                              .stop = [&] { in_stop = error_of([&] { bus->publish(bells::Rang{1}); }); }}));
  host.assemble();
  CHECK_THROWS_AS(ring(host), ashlar::PublishRefused);
  host.prepare();
  CHECK_THROWS_AS(ring(host), ashlar::PublishRefused);
  host.start();
  CHECK(ring(host).ok());
  host.stop();
  const std::string after = error_of([&] { ring(host); });
  CHECK_MESSAGE(after.starts_with("module 'bells' published 'bells.bell.rang' while the host takes no events"), after);
  CHECK(in_prepare == after);
  CHECK(in_stop == after);
}

TEST_CASE("D4: while many threads publish, stop loses none and no handler runs after it has returned") {
  for (int round = 0; round < 20; ++round) {
    std::atomic<long> handled{0};
    std::atomic<long> delivered{0};
    std::atomic<bool> stopped{false};
    std::atomic<int> publishing{0};
    std::atomic<bool> too_late{false};
    ashlar::ModuleHost host;
    host.add(bell_tower());
    host.add(scripted("audience", {.register_handlers =
                                       [&](ashlar::EventRegistry& r) {
                                         r.on([&](const bells::Rang&) {
                                           if (stopped) too_late = true;
                                           ++handled;
                                         });
                                       },
                                   .stop = [&] { stopped = true; }}));
    host.start();
    const auto publish = [&] {
      ++publishing;
      try {
        for (;;) delivered += static_cast<long>(ring(host).handlers());
      } catch (const ashlar::PublishRefused&) {}
    };
    auto first = std::async(std::launch::async, publish);
    auto second = std::async(std::launch::async, publish);
    REQUIRE(comes_true([&] { return publishing == 2 && delivered > 0; }));
    CHECK(host.stop().clean());
    const long at_return = handled;
    first.get();
    second.get();
    CHECK_FALSE(too_late);
    CHECK(handled == at_return);
    CHECK(handled == delivered);
  }
}

TEST_CASE("D4: a second stop is harmless, and so is one of a host that never started") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(scripted("a", journal));
  CHECK(host.stop().clean());
  host.prepare();
  CHECK(host.stop().clean());
  CHECK(journal.count("stop a") == 0);
  host.start();
  CHECK(host.stop().clean());
  CHECK(host.stop().clean());
  CHECK(journal.count("stop a") == 1);
}

TEST_CASE("D4: a host that is destroyed stops first") {
  Journal journal;
  {
    ashlar::ModuleHost host;
    host.add(scripted("a", journal));
    host.add(scripted("b", journal));
    host.start();
    journal.clear();
  }
  CHECK(journal.text() == "stop b, stop a, destroy b, destroy a");
}

TEST_CASE("D4: one module's failing stop does not keep the others from being stopped, and all failures are reported") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(scripted("a", journal, {.stop = [] { throw 7; }}));
  host.add(scripted("b", journal));
  host.add(scripted("c", journal, {.stop = [] {
                      try {
                        throw std::runtime_error("the file is gone");
                      } catch (...) {
                        std::throw_with_nested(ashlar::Error("the ledger could not be closed"));
                      }
                    }}));
  host.start();
  const ashlar::StopReport report = host.stop();
  CHECK(journal.names("stop") == "c b a");
  CHECK(report.stragglers.empty());
  REQUIRE(report.failures.size() == 2);
  CHECK(report.failures[0].starts_with("module 'c'"));
  CHECK(report.failures[0].ends_with("the ledger could not be closed: the file is gone"));
  CHECK(report.failures[1].starts_with("module 'a'"));
  CHECK(report.failures[1].find("int") != std::string::npos);
}

TEST_CASE("D4: stop() inside a handler is an error that says what to do, and the host goes on") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(bell_tower());
  host.add(scripted("audience", journal, {.register_handlers = [&](ashlar::EventRegistry& r) {
                      r.on([&](const bells::Rang&) { host.stop(); });
                    }}));
  host.start();
  const ashlar::Subscription live =
      host.live_events().subscribe("bells.bell.echoed", [&](const ashlar::Envelope&) { host.stop(); });
  const ashlar::PublishReport reports[] = {ring(host), host.bus_of("bells").publish(bells::Echoed{1})};
  for (const ashlar::PublishReport& report : reports) {
    REQUIRE(report.failures().size() == 1);
    const std::string message = report.failures()[0].message;
    CHECK_MESSAGE(message.find("request_stop()") != std::string::npos, message);
  }
  CHECK(host.running());
  CHECK(journal.count("stop audience") == 0);
  CHECK(host.stop().clean());
}

TEST_CASE("D4: on one host, a hundred rounds of start and stop deliver every event once") {
  int heard = 0;
  Journal journal;
  ashlar::ModuleHost host;
  host.add(bell_tower());
  host.add(scripted("audience", journal, {.register_handlers = [&](ashlar::EventRegistry& r) {
                      r.on([&](const bells::Rang&) { ++heard; });
                    }}));
  for (int round = 1; round <= 100; ++round) {
    CAPTURE(round);
    host.start();
    CHECK(ring(host).handlers() == 1);
    CHECK(host.stop().clean());
    CHECK_THROWS_AS(ring(host), ashlar::PublishRefused);
    REQUIRE(heard == round);
  }
  CHECK(journal.count("stop audience") == 100);
  CHECK(journal.count("declare audience") == 1);
}
