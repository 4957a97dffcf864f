#include "host_support.hpp"

#include <ashlar/testing/recorded_log.hpp>
#include <doctest/doctest.h>
#include <optional>

namespace {

using ashlar::ModuleState;

// Writes `state a running`, and the reason after it where there is one.
ashlar::Subscription record_states(ashlar::ModuleHost& host, Journal& journal) {
  return host.on_module_state([&](const ashlar::ModuleStateChange& change) {
    std::string line =
        "state " + change.module + ' ' + std::string(to_string(change.from)) + '>' + std::string(to_string(change.to));
    if (!change.reason.empty()) line += ": " + change.reason;
    journal.add(line);
  });
}

// A module that hands its context out.
std::unique_ptr<ashlar::Module> reporting(std::string name, ashlar::ModuleContext*& context) {
  return scripted(std::move(name), {.prepare = [&context](ashlar::ModuleContext& c) { context = &c; }});
}

}  // namespace

TEST_CASE("D6: anyone can observe the states that modules go through, in order") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(scripted("b"));
  host.add(scripted("a"));
  const ashlar::Subscription states = record_states(host, journal);
  host.assemble();
  CHECK(state_of(host, "a") == ModuleState::created);
  host.start();
  CHECK(journal.text() ==
        "state a created>starting, state a starting>running, state b created>starting, state b starting>running");
  CHECK(state_of(host, "a") == ModuleState::running);
  journal.clear();
  host.stop();
  CHECK(journal.text() ==
        "state b running>stopping, state a running>stopping, state b stopping>stopped, state a stopping>stopped");
  CHECK(state_of(host, "a") == ModuleState::stopped);
}

TEST_CASE("D6: of a failed start, observers learn who failed and why, and that the others stopped") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(scripted("a"));
  host.add(scripted("b", {.start = [](ashlar::ModuleContext&) { throw std::runtime_error("no rope left"); }}));
  host.add(scripted("c"));
  const ashlar::Subscription states = record_states(host, journal);
  CHECK_THROWS_AS(host.start(), ashlar::StartError);
  CHECK(journal.text() ==
        "state a created>starting, state a starting>running, state b created>starting, "
        "state b starting>failed: no rope left, state a running>stopping, state a stopping>stopped");
  CHECK(state_of(host, "c") == ModuleState::created);
}

TEST_CASE("D6: a module that fails to stop has failed, with the reason") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(scripted("a", {.stop = [] { throw std::runtime_error("the rope is torn"); }}));
  host.start();
  const ashlar::Subscription states = record_states(host, journal);
  host.stop();
  CHECK(journal.text() == "state a running>stopping, state a stopping>failed: the rope is torn");
}

TEST_CASE("D6: a module tells that it is degraded, why, and that it has recovered") {
  Journal journal;
  ashlar::ModuleContext* context = nullptr;
  ashlar::ModuleHost host;
  host.add(reporting("a", context));
  host.start();
  const ashlar::Subscription states = record_states(host, journal);
  context->recovered();  // it was well
  context->degraded("the broker is away");
  context->degraded("the broker is away");
  context->degraded("the broker refuses us");
  CHECK(state_of(host, "a") == ModuleState::degraded);
  context->recovered();
  context->recovered();
  CHECK(journal.text() ==
        "state a running>degraded: the broker is away, state a degraded>degraded: the broker refuses us, "
        "state a degraded>running");
}

TEST_CASE(
    "D6: a module that calls itself degraded while it starts stays so, and one that calls itself well starts on") {
  std::optional<ModuleState> while_starting;
  ashlar::ModuleHost host;
  host.add(scripted("ill", {.start = [](ashlar::ModuleContext& c) { c.degraded("the broker is away"); }}));
  host.add(scripted("well", {.start = [&](ashlar::ModuleContext& c) {
                      c.recovered();
                      while_starting = state_of(host, "well");
                    }}));
  host.start();
  CHECK(state_of(host, "ill") == ModuleState::degraded);
  CHECK(while_starting == ModuleState::starting);
  CHECK(state_of(host, "well") == ModuleState::running);
}

TEST_CASE("D6: what a module says of itself after it has stopped changes nothing, and the next start begins anew") {
  Journal journal;
  ashlar::ModuleContext* context = nullptr;
  ashlar::ModuleHost host;
  host.add(reporting("a", context));
  host.start();
  context->degraded("the broker is away");
  host.stop();
  const ashlar::Subscription states = record_states(host, journal);
  context->degraded("late");
  context->recovered();
  CHECK(journal.text().empty());
  CHECK(state_of(host, "a") == ModuleState::stopped);
  host.start();
  CHECK(state_of(host, "a") == ModuleState::running);
}

TEST_CASE("D6: an observer that throws disturbs nobody and is written into the log") {
  Journal journal;
  auto log = std::make_shared<ashlar::testing::RecordedLog>();
  ashlar::HostOptions options;
  options.log = log;
  ashlar::ModuleHost host(std::move(options));
  host.add(scripted("a"));
  const ashlar::Subscription broken =
      host.on_module_state([](const ashlar::ModuleStateChange&) { throw std::runtime_error("a clumsy observer"); });
  const ashlar::Subscription states = record_states(host, journal);
  host.start();
  CHECK(host.stop().clean());
  CHECK(journal.text().ends_with("stopping>stopped"));
  CHECK(log->contains("a clumsy observer"));
}

TEST_CASE("D6: a cancelled observer hears nothing more, and a subscription may outlive its host") {
  Journal journal;
  ashlar::Subscription kept;
  {
    ashlar::ModuleHost host;
    host.add(scripted("a"));
    ashlar::Subscription states = record_states(host, journal);
    kept = host.on_module_state([](const ashlar::ModuleStateChange&) {});
    host.start();
    states.cancel();
    journal.clear();
  }
  CHECK(journal.text().empty());
  kept.cancel();
}

TEST_CASE("D6: an observer may ask the host for its state") {
  std::string seen;
  ashlar::ModuleHost host;
  host.add(scripted("a"));
  const ashlar::Subscription states = host.on_module_state([&](const ashlar::ModuleStateChange& change) {
    seen += to_string(state_of(host, change.module));
    seen += host.health().ready ? "! " : " ";
  });
  host.start();
  host.stop();
  CHECK(seen == "starting running stopping stopped ");
}
