#include <doctest/doctest.h>

#include <algorithm>

#include <memory>
#include <stdexcept>
#include <string>

#include "error_of.hpp"
#include "fake_log.hpp"
#include "host_support.hpp"
#include "support.hpp"

using ashlar::EventRegistry;
using bells::Rang;
using support::Calls;
using support::Does;
using support::emits;
using support::FakeLog;
using support::House;

namespace {

// A consumer of Rang.
Does listening() {
  return {.handlers = [](EventRegistry& r) { r.on_stream<Rang>("audit", {}, [](const Rang&) {}); }};
}

// What a module of the application may be given.
struct Bellows {
  int pressure = 3;
};

}  // namespace

TEST_CASE("D4: The log is opened before the first module starts and closed after the last has stopped") {
  const auto log = std::make_shared<FakeLog>();
  Calls at_start;
  Calls at_stop;
  House house(support::options_with(log));
  Does bells{.declare = emits<Rang>()};
  bells.start = [&](auto&) { at_start = log->steps(); };
  bells.stop = [&] { at_stop = log->steps(); };
  house.with("bells", bells).with("ears", listening()).start();
  CHECK(at_start == Calls{"open"});
  CHECK(log->steps() == Calls{"open", "begin"});
  CHECK(house.host().stop().clean());
  CHECK(at_stop == Calls{"open", "begin", "end"});
  CHECK(log->steps() == Calls{"open", "begin", "end", "close"});
  house.start();
  CHECK(log->steps() == Calls{"open", "begin", "end", "close", "open", "begin"});
}

TEST_CASE("A log that nothing needs is not opened, until an event is published for it") {
  const auto log = std::make_shared<FakeLog>();
  House house(support::options_with(log));
  house.with("bells", {.declare = emits<Rang>()}).start();
  CHECK(log->steps().empty());
  house.bus("bells").publish(Rang{1});
  CHECK(log->steps().empty());
  const auto pending = house.bus("bells").publish_async(Rang{1});
  CHECK(log->steps() == Calls{"open", "begin"});
  house.host().stop();
  CHECK(pending.is_ready());
  CHECK(log->steps() == Calls{"open", "begin", "end", "close"});
}

TEST_CASE("D2: When a module fails to start, consumers never began and the log is closed") {
  const auto log = std::make_shared<FakeLog>();
  House house(support::options_with(log));
  bool broken = true;
  Does weak = listening();
  weak.start = [&](auto&) {
    if (broken) throw std::runtime_error("no wind");
  };
  house.with("bells", {.declare = emits<Rang>()}).with("ears", weak);
  CHECK_THROWS_AS(house.start(), ashlar::StartError);
  CHECK(log->steps() == Calls{"open", "end", "close"});
  broken = false;
  house.start();
  CHECK(house.host().running());
}

TEST_CASE("D2: A log that does not open fails the start, and the next start tries again") {
  const auto log = std::make_shared<FakeLog>();
  log->refuses_to_open = "the file is damaged";
  House house(support::options_with(log));
  bool started = false;
  Does bells{.declare = emits<Rang>()};
  bells.start = [&](auto&) { started = true; };
  house.with("bells", bells).with("ears", listening());
  std::string error;
  try {
    house.start();
  } catch (const ashlar::StartError& failure) {
    error = ashlar::full_message(failure);
  }
  CHECK(error == "the durable log could not be opened: the file is damaged");
  CHECK_FALSE(started);
  log->refuses_to_open.clear();
  house.start();
  CHECK(started);
}

TEST_CASE("D6: The consumers of an optional module that failed to start take nothing") {
  const auto log = std::make_shared<FakeLog>();
  House house(support::options_with(log));
  Does weak = listening();
  weak.declare = [](auto& d) { d.optional(); };
  weak.start = [](auto&) { throw std::runtime_error("no wind"); };
  house.with("bells", {.declare = emits<Rang>()}).with("ears", weak).start();
  CHECK(log->consumer("ears.audit").receiver->most_at_once() == 0);
}

TEST_CASE("D4: A log that hangs at its end is a straggler, and the host waits for it when it is destroyed") {
  Gate gate;
  const auto log = std::make_shared<FakeLog>();
  log->at_end = [&] { gate.pass(); };
  ashlar::HostOptions options;
  options.event_log = log;
  options.stop_deadline = std::chrono::milliseconds{20};
  ashlar::ModuleHost host(std::move(options));
  const OpenAtExit opened(gate);
  host.add(bell_tower());
  host.add(scripted("ears", {.register_handlers = listening().handlers}));
  host.start();
  const ashlar::StopReport report = host.stop();
  // On a busy machine others may be late, too.
  CHECK(std::any_of(report.stragglers.begin(), report.stragglers.end(),
                    [](const std::string& who) { return who.find("the durable log") != std::string::npos; }));
  CHECK(error_of([&] { host.start(); }).find("the durable log") != std::string::npos);
  gate.open();
  CHECK(comes_true([&] { return error_of([&] { host.start(); }) == "nothing was thrown"; }));
}

TEST_CASE("D7: What troubles the log is a health check") {
  const auto log = std::make_shared<FakeLog>();
  ashlar::HostOptions options;
  options.event_log = log;
  ashlar::ModuleHost host(std::move(options));
  host.add(bell_tower());
  host.add(scripted("ears", {.register_handlers = listening().handlers}));
  host.start();
  CHECK(host.health().ready);
  log->its_trouble = "the disk is full";
  const ashlar::HealthReport report = host.health();
  CHECK_FALSE(report.ready);
  CHECK(report.checks.back().name == "log");
  CHECK(report.checks.back().detail == "the disk is full");
}

TEST_CASE("settle() waits for the log too") {
  const auto log = std::make_shared<FakeLog>();
  House house(support::options_with(log));
  house.with("bells", {.declare = emits<Rang>()}).start();
  const auto pending = house.bus("bells").publish_async(Rang{1});
  std::thread storing([&] { log->flush(); });
  CHECK(house.host().settle());
  storing.join();
  CHECK(pending.is_ready());
}

TEST_CASE("D8: A service that the application offers is asked for as that of a module, and opens the log") {
  Bellows bellows;
  const auto log = std::make_shared<FakeLog>();
  ashlar::HostOptions options = support::options_with(log);
  options.services.offer<Bellows>(bellows);
  House house(std::move(options));
  Bellows* given = nullptr;
  house.with("organ", {.declare = [](auto& d) { d.template needs<Bellows>(); },
                       .prepare = [&](auto& c) { given = &c.template service<Bellows>(); }});
  std::string refused;
  house.with("pipes", {.prepare = [&](auto& c) { refused = error_of([&] { c.template service<Bellows>(); }); }});
  house.start();
  CHECK(given == &bellows);
  CHECK(&house.host().service<Bellows>() == &bellows);
  CHECK(refused.find("does not declare to need") != std::string::npos);
  const auto organ = house.host().describe().modules.front();
  REQUIRE(organ.needs.size() == 1);
  CHECK(organ.depends_on.empty());
  CHECK(log->steps() == Calls{"open", "begin"});
}

TEST_CASE("A service that a module provides cannot be offered by the application too") {
  Bellows bellows;
  ashlar::HostOptions options;
  options.services.offer<Bellows>(bellows);
  House house(std::move(options));
  house.with("organ", {.declare = [](auto& d) { d.template provides<Bellows>(); }});
  CHECK(error_of([&] { house.start(); }).find("offers already") != std::string::npos);
}
