#include "host_support.hpp"

#include <ashlar/testing/recorded_log.hpp>
#include <doctest/doctest.h>

namespace {

struct Chime {
  virtual ~Chime() = default;
};

struct Carillon : Chime {};

// The optional module `extra`: provides Chime, hears Rang, has a health check, and fails in `phase`.
std::unique_ptr<ashlar::Module> extra_failing_in(const std::string& phase, Journal& journal, Carillon& carillon) {
  const auto fail_in = [&phase](std::string_view now) {
    if (now == phase) throw std::runtime_error("the frame is cracked");
  };
  return scripted("extra", journal,
                  {.declare =
                       [](ashlar::Declaration& d) {
                         d.optional();
                         d.provides<Chime>();
                       },
                   .prepare =
                       [&carillon, fail_in, &journal](ashlar::ModuleContext& c) {
                         c.provide<Chime>(carillon);
                         c.health_check("frame", [&journal] {
                           journal.add("checked extra");
                           return std::string("the frame is cracked");
                         });
                         fail_in("prepare");
                       },
                   .register_handlers =
                       [&journal, fail_in](ashlar::EventRegistry& r) {
                         r.on([&journal](const bells::Rang&) { journal.add("heard extra"); });
                         fail_in("register");
                       },
                   .start = [fail_in](ashlar::ModuleContext&) { fail_in("start"); }});
}

std::unique_ptr<ashlar::Module> hearing(std::string name, Journal& journal,
                                        std::function<void(ashlar::Declaration&)> declare = {}) {
  return scripted(name, journal, {.declare = std::move(declare), .register_handlers = [=, &journal](auto& r) {
                                    r.on([=, &journal](const bells::Rang&) { journal.add("heard " + name); });
                                  }});
}

std::string reason_of(const ashlar::HealthReport& report, std::string_view check) {
  for (const ashlar::HealthCheckResult& result : report.checks) {
    if (result.name == check) return result.detail;
  }
  return "no such check";
}

}  // namespace

TEST_CASE(
    "D6: an optional module that fails does not stop the others: its handlers, checks, services and stop are not "
    "used") {
  for (const std::string phase : {"prepare", "register", "start"}) {
    CAPTURE(phase);
    Journal journal;
    Carillon carillon;
    auto log = std::make_shared<ashlar::testing::RecordedLog>();
    ashlar::HostOptions options;
    options.log = log;
    ashlar::ModuleHost host(std::move(options));
    host.add(bell_tower());
    host.add(extra_failing_in(phase, journal, carillon));
    host.add(hearing("a", journal));
    host.add(hearing("z", journal));
    host.start();
    CHECK(host.running());
    CHECK(state_of(host, "extra") == ashlar::ModuleState::failed);
    CHECK(state_of(host, "z") == ashlar::ModuleState::running);

    CHECK(ring(host).handlers() == 2);
    CHECK(journal.names("heard") == "a z");
    const ashlar::HealthReport health = host.health();
    CHECK(reason_of(health, "extra").find("the frame is cracked") != std::string::npos);
    CHECK(journal.names("checked").empty());
    CHECK_THROWS_AS(host.service<Chime>(), ashlar::Error);
    CHECK(log->contains("the frame is cracked"));

    CHECK(host.stop().clean());
    CHECK(journal.names("stop") == "z a");
  }
}

TEST_CASE("D6: what is published before an optional module fails to start does not reach it afterwards") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(scripted("early", {.declare = [](ashlar::Declaration& d) { d.emits<bells::Rang>(); },
                              .start = [](ashlar::ModuleContext& c) { c.bus().publish(bells::Rang{1}); }}));
  host.add(
      scripted("extra", {.declare = [](ashlar::Declaration& d) { d.optional(); },
                         .register_handlers =
                             [&](ashlar::EventRegistry& r) {
                               r.on([&](const bells::Rang& e) { journal.add("heard " + std::to_string(e.number)); });
                             },
                         .start = [](ashlar::ModuleContext&) { throw std::runtime_error("cracked"); }}));
  host.start();
  CHECK(host.bus_of("early").publish(bells::Rang{2}).handlers() == 0);
  CHECK(journal.names("heard") == "1");
}

TEST_CASE("D6: an optional module that needs one that failed fails too, names it, and the others start") {
  for (const std::string phase : {"prepare", "start"}) {
    CAPTURE(phase);
    Journal journal;
    Carillon carillon;
    ashlar::ModuleHost host;
    host.add(bell_tower());
    host.add(extra_failing_in(phase, journal, carillon));
    host.add(hearing("guest", journal, [](ashlar::Declaration& d) {
      d.optional();
      d.needs<Chime>();
    }));
    host.add(hearing("guest_of_guest", journal, [](ashlar::Declaration& d) {
      d.optional();
      d.needs_module("guest");
    }));
    host.add(hearing("z", journal));
    host.start();
    CHECK(ring(host).handlers() == 1);
    CHECK(journal.names("heard") == "z");
    const ashlar::HealthReport health = host.health();
    const std::string guest = reason_of(health, "guest");
    CHECK_MESSAGE(guest.find("needs module 'extra', which failed: the frame is cracked") != std::string::npos, guest);
    const std::string second = reason_of(health, "guest_of_guest");
    CHECK_MESSAGE(second.find("needs module 'guest', which failed") != std::string::npos, second);
    CHECK(journal.count("start guest") == 0);
    CHECK(host.stop().clean());
    CHECK(journal.names("stop") == "z");
  }
}

TEST_CASE("D6: a required module that needs an optional one that failed fails the start, and the error names both") {
  for (const std::string phase : {"prepare", "start"}) {
    CAPTURE(phase);
    Journal journal;
    Carillon carillon;
    ashlar::ModuleHost host;
    host.add(bell_tower());
    host.add(extra_failing_in(phase, journal, carillon));
    host.add(scripted("a", journal));
    host.add(scripted("user", journal, {.declare = [](ashlar::Declaration& d) { d.needs<Chime>(); }}));
    std::string message;
    try {
      host.start();
    } catch (const ashlar::StartError& error) {
      message = ashlar::full_message(error);
    }
    CHECK_MESSAGE(message.find("module 'user'") != std::string::npos, message);
    CHECK_MESSAGE(message.find("module 'extra', which failed: the frame is cracked") != std::string::npos, message);
    CHECK(journal.count("start user") == 0);
    CHECK(journal.names("stop") == (phase == "start" ? "a" : ""));
  }
}

TEST_CASE("D6: an optional module is tried again by the next start") {
  std::string phase = "start";
  Journal journal;
  Carillon carillon;
  ashlar::ModuleHost host;
  host.add(bell_tower());
  host.add(extra_failing_in(phase, journal, carillon));
  host.start();
  CHECK(ring(host).handlers() == 0);
  host.stop();
  phase = "none";
  host.start();
  CHECK(state_of(host, "extra") == ashlar::ModuleState::running);
  CHECK(ring(host).handlers() == 1);
  CHECK(&host.service<Chime>() == &carillon);
  CHECK(host.stop().clean());
  CHECK(journal.count("stop extra") == 1);
}

TEST_CASE("D6: an optional module that starts is one like the others") {
  Journal journal;
  Carillon carillon;
  ashlar::ModuleHost host;
  host.add(bell_tower());
  const std::string nowhere = "none";
  host.add(extra_failing_in(nowhere, journal, carillon));
  host.add(scripted("user", journal, {.declare = [](ashlar::Declaration& d) { d.needs<Chime>(); }}));
  host.start();
  CHECK(ring(host).handlers() == 1);
  CHECK(host.stop().clean());
  CHECK(journal.names("stop") == "user extra");
}
