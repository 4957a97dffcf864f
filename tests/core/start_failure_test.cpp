#include "error_of.hpp"
#include "host_support.hpp"

#include <ashlar/testing/recorded_log.hpp>
#include <doctest/doctest.h>
#include <future>

namespace {

struct OutOfRope : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Which of its phases the module `faulty` fails in, until the fault is gone.
struct Fault {
  std::string phase;
  void in(std::string_view now) const {
    if (now == phase) throw OutOfRope("no rope left");
  }
};

// Modules `a`, `faulty` and `z`, started in this order; `a` and `z` hear Rang.
void add_three(ashlar::ModuleHost& host, Journal& journal, const Fault& fault) {
  const auto hears = [&journal](std::string name) {
    return [&journal, name](ashlar::EventRegistry& r) {
      r.on([&journal, name](const bells::Rang&) { journal.add("heard " + name); });
    };
  };
  host.add(bell_tower());
  host.add(scripted("a", journal, {.register_handlers = hears("a")}));
  host.add(scripted("faulty", journal,
                    {.declare = [&](ashlar::Declaration&) { fault.in("declare"); },
                     .prepare = [&](ashlar::ModuleContext&) { fault.in("prepare"); },
                     .register_handlers =
                         [&](ashlar::EventRegistry& r) {
                           r.on([&](const bells::Rang&) { journal.add("heard faulty"); });
                           fault.in("register");
                         },
                     .start = [&](ashlar::ModuleContext&) { fault.in("start"); }}));
  host.add(scripted("z", journal, {.register_handlers = hears("z")}));
}

// The type and text of what is nested in a failed start.
std::string cause_of_failed_start(ashlar::ModuleHost& host) {
  try {
    host.start();
  } catch (const ashlar::StartError& error) {
    try {
      std::rethrow_if_nested(error);
    } catch (const OutOfRope& cause) {
      return std::string("OutOfRope: ") + cause.what();
    } catch (const std::exception& cause) {
      return cause.what();
    } catch (...) {
      return "something else";
    }
    return "nothing nested";
  }
  return "it started";
}

}  // namespace

TEST_CASE(
    "D2: when a module fails to start, those before it are stopped in reverse, its own stop is not called, and later "
    "ones never start") {
  Journal journal;
  ashlar::ModuleHost host;
  for (const char* name : {"a", "b", "d"}) host.add(scripted(name, journal));
  host.add(scripted("c", journal, {.start = [](ashlar::ModuleContext&) { throw OutOfRope("no rope left"); }}));
  CHECK_THROWS_AS(host.start(), ashlar::StartError);
  CHECK(journal.text().ends_with("register d, start a, start b, start c, stop b, stop a"));
  CHECK_FALSE(host.running());
  CHECK(host.stop().clean());
  CHECK(journal.names("stop") == "b a");
}

TEST_CASE("D2: the error of a failed start names the module and carries the cause, in whatever phase it failed") {
  for (const char* phase : {"declare", "prepare", "register", "start"}) {
    CAPTURE(std::string(phase));
    Journal journal;
    Fault fault{phase};
    ashlar::ModuleHost host;
    add_three(host, journal, fault);
    std::string message;
    try {
      host.start();
    } catch (const ashlar::StartError& error) {
      CHECK(std::string(error.what()).find("'faulty'") != std::string::npos);
      message = ashlar::full_message(error);
    }
    CHECK_MESSAGE(message.ends_with(": no rope left"), message);

    ashlar::ModuleHost again;
    add_three(again, journal, fault);
    CHECK(cause_of_failed_start(again) == "OutOfRope: no rope left");
  }
}

TEST_CASE("D2: what a module throws need not be a std::exception to be told") {
  ashlar::ModuleHost host;
  host.add(scripted("odd", {.start = [](ashlar::ModuleContext&) { throw 7; }}));
  try {
    host.start();
    FAIL("the host started");
  } catch (const ashlar::StartError& error) {
    const std::string message = ashlar::full_message(error);
    CHECK_MESSAGE(message.find("'odd'") != std::string::npos, message);
    CHECK_MESSAGE(message.find("int") != std::string::npos, message);
  }
}

TEST_CASE("D2: after a failed start nothing stays subscribed: publishing is refused and no handler runs") {
  for (const char* phase : {"prepare", "register", "start"}) {
    CAPTURE(std::string(phase));
    Journal journal;
    Fault fault{phase};
    ashlar::ModuleHost host;
    add_three(host, journal, fault);
    CHECK_THROWS_AS(host.start(), ashlar::StartError);
    CHECK_THROWS_AS(ring(host), ashlar::PublishRefused);
    CHECK(journal.names("heard").empty());
    CHECK(journal.names("stop") == (std::string_view(phase) == "start" ? "a" : ""));
    CHECK_FALSE(host.health().ready);
  }
}

TEST_CASE("D2: the host starts again after the fault is gone, and each handler is there once") {
  for (const char* phase : {"prepare", "register", "start"}) {
    CAPTURE(std::string(phase));
    Journal journal;
    Fault fault{phase};
    ashlar::ModuleHost host;
    add_three(host, journal, fault);
    CHECK_THROWS_AS(host.start(), ashlar::StartError);
    CHECK_THROWS_AS(host.start(), ashlar::StartError);
    fault.phase.clear();
    host.start();
    CHECK(ring(host).handlers() == 3);
    CHECK(journal.names("heard") == "a faulty z");
    journal.clear();
    CHECK(host.stop().clean());
    CHECK(journal.names("stop") == "z faulty a");
  }
}

TEST_CASE("D2: what another module registered wrongly in a failed start is forgotten when it starts again") {
  bool faulty = true;
  ashlar::ModuleHost host;
  host.add(scripted("a", {.register_handlers = [&](ashlar::EventRegistry& r) {
                      if (faulty) r.on("nobody.declares.this", [](const ashlar::Envelope&) {});
                    }}));
  host.add(scripted("b", {.register_handlers = [&](ashlar::EventRegistry&) {
                      if (faulty) throw OutOfRope("no rope left");
                    }}));
  CHECK_THROWS_AS(host.start(), ashlar::StartError);
  faulty = false;
  CHECK(error_of([&] { host.start(); }) == "nothing was thrown");
}

TEST_CASE("D2: a host whose modules could not be assembled is refused when it is started again, not half started") {
  Journal journal;
  Fault fault{"declare"};
  ashlar::ModuleHost host;
  add_three(host, journal, fault);
  CHECK_THROWS_AS(host.start(), ashlar::StartError);
  fault.phase.clear();
  const std::string message = error_of([&] { host.start(); });
  CHECK_MESSAGE(message.find("make a new one") != std::string::npos, message);
  CHECK(journal.names("prepare").empty());
  CHECK_FALSE(host.running());
}

TEST_CASE("D2: a handler in flight finishes before the modules of a failed start are stopped") {
  Journal journal;
  Gate handling;
  Gate finish;
  std::future<void> publishing;
  ashlar::ModuleHost host;
  OpenAtExit let_go(finish);
  host.add(scripted("bells", journal,
                    {.declare = [](ashlar::Declaration& d) { d.emits<bells::Rang>(); },
                     .register_handlers =
                         [&](ashlar::EventRegistry& r) {
                           r.on([&](const bells::Rang& rang) {
                             if (rang.number != 1) return;
                             handling.open();
                             finish.pass();
                             journal.add("heard");
                           });
                         },
                     .start =
                         [&](ashlar::ModuleContext& c) {
                           publishing = std::async(std::launch::async, [&c] { c.bus().publish(bells::Rang{1}); });
                           handling.pass();
                         }}));
  host.add(scripted("faulty", {.start = [](ashlar::ModuleContext&) { throw OutOfRope("no rope left"); }}));
  auto starting = std::async(std::launch::async, [&] { host.start(); });
  handling.pass();
  REQUIRE(comes_true([&] { return refuses_events(host); }));
  give_way();
  CHECK(journal.count("stop bells") == 0);
  finish.open();
  CHECK_THROWS_AS(starting.get(), ashlar::StartError);
  publishing.get();
  CHECK(journal.text().ends_with("start bells, heard, stop bells"));
}

TEST_CASE("D2: a stop that fails while a failed start is rolled back keeps no other from being stopped, and is told") {
  Journal journal;
  auto log = std::make_shared<ashlar::testing::RecordedLog>();
  ashlar::HostOptions options;
  options.log = log;
  ashlar::ModuleHost host(std::move(options));
  host.add(scripted("a", journal));
  host.add(scripted("b", journal, {.stop = [] { throw std::runtime_error("the rope is torn"); }}));
  host.add(scripted("c", journal, {.start = [](ashlar::ModuleContext&) { throw OutOfRope("no rope left"); }}));
  CHECK(cause_of_failed_start(host) == "OutOfRope: no rope left");
  CHECK(journal.names("stop") == "b a");
  CHECK(log->contains("module 'b'"));
  CHECK(log->contains("the rope is torn"));
}
