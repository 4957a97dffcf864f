#include "error_of.hpp"
#include "host_support.hpp"

#include <ashlar/testing/virtual_clock.hpp>
#include <doctest/doctest.h>
#include <future>

using namespace std::chrono_literals;

namespace {

// Moves the clock from deadline to deadline until `result` is there. Time rushes by: work that is quick by the machine's
// clock may be late by this one.
template <class T>
void pass_time_until_ready(ashlar::testing::VirtualClock& clock, std::future<T>& result) {
  REQUIRE(comes_true([&] {
    clock.advance_to_next_deadline();
    return result.wait_for(0ms) == std::future_status::ready;
  }));
}

bool names(const std::vector<std::string>& list, std::string_view part) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

// Hears Rang, and does not return before `finish` opens.
std::unique_ptr<ashlar::Module> handling_until(Gate& finish, Gate& handling, std::function<void()> then = {}) {
  return scripted("ringer", {.register_handlers = [&finish, &handling, then](ashlar::EventRegistry& r) {
                    const auto toll = [&finish, &handling, then](const bells::Rang& rang) {
                      if (rang.number != 1) return;
                      handling.open();
                      finish.pass();
                      if (then) then();
                    };
                    r.on(toll, {.name = "toll"});
                  }});
}

// A module `a` of which the straggler, of its stop, handler and health check, hangs until `finish` opens.
void add_straggler(ashlar::ModuleHost& host, const std::string& straggler, Journal& journal, Gate& busy, Gate& finish) {
  const auto hang_if = [&, straggler](std::string_view what) {
    if (what != straggler) return;
    busy.open();
    finish.pass();
    journal.add("ended");
  };
  host.add(bell_tower());
  host.add(scripted("a", journal,
                    {.register_handlers =
                         [hang_if](ashlar::EventRegistry& r) {
                           r.on([hang_if](const bells::Rang& rang) {
                             if (rang.number == 1) hang_if("a handler");
                           });
                         },
                     .start =
                         [hang_if](ashlar::ModuleContext& c) {
                           c.health_check("rope", [hang_if] {
                             hang_if("a health check");
                             return std::string();
                           });
                         },
                     .stop = [hang_if] { hang_if("a stop"); }}));
}

// Brings the straggler to hang, and has the host stop meanwhile.
struct Run {
  Run(ashlar::ModuleHost& host, const std::string& straggler, Gate& busy) {
    if (straggler == "a handler") publishing = std::async(std::launch::async, [&] { ring(host, 1); });
    if (straggler == "a health check") asking = std::async(std::launch::async, [&] { host.health(); });
    if (straggler != "a stop") busy.pass();
    stopping = std::async(std::launch::async, [&] { return host.stop(); });
    if (straggler == "a stop") busy.pass();
  }

  std::future<void> publishing;
  std::future<void> asking;
  std::future<ashlar::StopReport> stopping;
};

}  // namespace

TEST_CASE("D4: a stop that hangs is named at the deadline, 30 seconds by default, and the others are stopped before") {
  ashlar::testing::VirtualClock clock;
  Journal journal;
  Gate finish;
  ashlar::ModuleHost host(options_with(clock));
  OpenAtExit let_go(finish);
  host.add(scripted("a", journal));
  host.add(scripted("b", journal, {.stop = [&] {
                      clock.advance(29s);
                      finish.pass();
                    }}));
  host.add(scripted("c", journal));
  host.start();
  auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
  REQUIRE(comes_true([&] { return state_of(host, "a") == ashlar::ModuleState::stopped; }));
  clock.advance(999ms);
  give_way();
  CHECK(stopping.wait_for(0ms) == std::future_status::timeout);
  clock.advance(1ms);
  const ashlar::StopReport report = stopping.get();
  CHECK(report.failures.empty());
  REQUIRE(report.stragglers.size() == 1);
  CHECK(report.stragglers[0].find("module 'b'") != std::string::npos);
  CHECK(journal.names("stop") == "c b a");
  CHECK_FALSE(host.running());
}

TEST_CASE("D4: a stop that takes long but ends before the deadline is no straggler") {
  ashlar::testing::VirtualClock clock;
  Gate finish;
  Gate hanging;
  ashlar::ModuleHost host(options_with(clock));
  OpenAtExit let_go(finish);
  host.add(scripted("a"));
  host.add(scripted("b", {.stop = [&] {
                      hanging.open();
                      finish.pass();
                    }}));
  host.start();
  auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
  hanging.pass();
  clock.advance(29s);
  give_way();
  finish.open();
  CHECK(stopping.get().clean());
  CHECK(state_of(host, "b") == ashlar::ModuleState::stopped);
}

TEST_CASE("D4: a stop that fails late is reported as a failure, not as a straggler") {
  ashlar::testing::VirtualClock clock;
  Gate finish;
  Gate hanging;
  ashlar::ModuleHost host(options_with(clock));
  OpenAtExit let_go(finish);
  host.add(scripted("a"));
  host.add(scripted("b", {.stop = [&] {
                      hanging.open();
                      finish.pass();
                      throw std::runtime_error("the rope is torn");
                    }}));
  host.start();
  auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
  hanging.pass();
  clock.advance(29s);
  give_way();
  finish.open();
  const ashlar::StopReport report = stopping.get();
  CHECK(report.stragglers.empty());
  REQUIRE(report.failures.size() == 1);
  CHECK(report.failures[0].find("the rope is torn") != std::string::npos);
}

TEST_CASE("D4: every stop that hangs is named, and the deadline is one for all of them") {
  ashlar::testing::VirtualClock clock;
  Gate finish;
  ashlar::HostOptions options = options_with(clock);
  options.stop_deadline = 8s;
  ashlar::ModuleHost host(std::move(options));
  OpenAtExit let_go(finish);
  for (const char* name : {"a", "b", "c"}) host.add(scripted(name, {.stop = [&] { finish.pass(); }}));
  host.add(scripted("d", {.stop = [&] {
                      clock.advance(8s);
                      finish.pass();
                    }}));
  host.start();
  const ashlar::StopReport report = host.stop();
  CHECK(report.stragglers.size() == 4);
  for (const char* name : {"'a'", "'b'", "'c'", "'d'"}) CHECK(names(report.stragglers, name));
}

TEST_CASE("D4: a handler that hangs is named at the deadline, and the modules are stopped all the same") {
  ashlar::testing::VirtualClock clock;
  Journal journal;
  Gate finish;
  Gate handling;
  ashlar::ModuleHost host(options_with(clock));
  OpenAtExit let_go(finish);
  host.add(bell_tower());
  host.add(scripted("a", journal));
  host.add(handling_until(finish, handling));
  host.start();
  auto publishing = std::async(std::launch::async, [&] { return ring(host); });
  handling.pass();
  auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
  REQUIRE(comes_true([&] { return refuses_events(host); }));
  pass_time_until_ready(clock, stopping);
  CHECK(names(stopping.get().stragglers, "ringer/toll"));
  CHECK(comes_true([&] { return journal.count("stop a") == 1; }));
  finish.open();
  CHECK(publishing.get().ok());
}

TEST_CASE("D4: what a straggling handler publishes after stop() has returned is refused") {
  ashlar::testing::VirtualClock clock;
  Gate finish;
  Gate handling;
  std::string nested;
  bool echoed = false;
  ashlar::ModuleHost host(options_with(clock));
  OpenAtExit let_go(finish);
  host.add(bell_tower());
  host.add(handling_until(finish, handling,
                          [&] { nested = error_of([&] { host.bus_of("bells").publish(bells::Echoed{1}); }); }));
  host.add(scripted("audience", {.register_handlers = [&](ashlar::EventRegistry& r) {
                      r.on([&](const bells::Echoed&) { echoed = true; });
                    }}));
  host.start();
  auto publishing = std::async(std::launch::async, [&] { return ring(host); });
  handling.pass();
  auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
  REQUIRE(comes_true([&] { return refuses_events(host); }));
  pass_time_until_ready(clock, stopping);
  CHECK_FALSE(stopping.get().clean());
  finish.open();
  publishing.get();
  CHECK_FALSE(echoed);
  CHECK_MESSAGE(nested.find("takes no events") != std::string::npos, nested);
}

TEST_CASE("D4: a health check that hangs is named among the stragglers") {
  ashlar::testing::VirtualClock clock;
  Gate finish;
  Gate checking;
  ashlar::ModuleHost host(options_with(clock));
  OpenAtExit let_go(finish);
  host.add(scripted("a", {.start = [&](ashlar::ModuleContext& c) {
                      c.health_check("rope", [&] {
                        checking.open();
                        finish.pass();
                        return std::string();
                      });
                    }}));
  host.start();
  auto asking = std::async(std::launch::async, [&] { return host.health(); });
  checking.pass();
  pass_time_until_ready(clock, asking);
  auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
  pass_time_until_ready(clock, stopping);
  CHECK(names(stopping.get().stragglers, "a/rope"));
}

TEST_CASE("D4: a second stop is harmless while a straggler of the first still hangs") {
  ashlar::testing::VirtualClock clock;
  Journal journal;
  Gate finish;
  ashlar::ModuleHost host(options_with(clock));
  OpenAtExit let_go(finish);
  host.add(scripted("a", journal, {.stop = [&] { finish.pass(); }}));
  host.start();
  auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
  pass_time_until_ready(clock, stopping);
  CHECK_FALSE(stopping.get().clean());
  host.stop();
  CHECK(comes_true([&] { return journal.count("stop a") == 1; }));
}

TEST_CASE("D4: a host with stragglers is destroyed only after they have ended") {
  for (const std::string straggler : {"a stop", "a handler", "a health check"}) {
    CAPTURE(straggler);
    ashlar::testing::VirtualClock clock;
    Journal journal;
    Gate finish;
    Gate busy;
    auto host = std::make_unique<ashlar::ModuleHost>(options_with(clock));
    OpenAtExit let_go(finish);
    add_straggler(*host, straggler, journal, busy, finish);
    host->start();
    Run run(*host, straggler, busy);
    pass_time_until_ready(clock, run.stopping);
    CHECK_FALSE(run.stopping.get().clean());
    Gate destroying;
    auto destruction = std::async(std::launch::async, [&] {
      destroying.open();
      host.reset();
    });
    destroying.pass();
    give_way();
    CHECK(journal.count("destroy a") == 0);
    finish.open();
    destruction.get();
    CHECK(journal.count("ended") == 1);
    CHECK(journal.text().ends_with("destroy a"));
  }
}

TEST_CASE("D4: a host with stragglers cannot be started before they have ended, and then it can") {
  for (const std::string straggler : {"a stop", "a handler", "a health check"}) {
    CAPTURE(straggler);
    ashlar::testing::VirtualClock clock;
    Journal journal;
    Gate finish;
    Gate busy;
    ashlar::ModuleHost host(options_with(clock));
    OpenAtExit let_go(finish);
    add_straggler(host, straggler, journal, busy, finish);
    host.start();
    Run run(host, straggler, busy);
    pass_time_until_ready(clock, run.stopping);
    CHECK_FALSE(run.stopping.get().clean());

    const std::string message = error_of([&] { host.start(); });
    CHECK_MESSAGE(message.find("cannot start again") != std::string::npos, message);
    CHECK(journal.count("prepare a") == 1);
    finish.open();
    std::string why;
    const bool started = comes_true([&] {
      why = error_of([&] { host.start(); });
      return why == "nothing was thrown";
    });
    REQUIRE_MESSAGE(started, why);
    CHECK(journal.count("start a") == 2);
    CHECK(ring(host, 2).handlers() == 1);
    auto stopping = std::async(std::launch::async, [&] { return host.stop(); });
    CHECK(stopping.get().clean());
  }
}
