#include "host_support.hpp"

#include <ashlar/testing/virtual_clock.hpp>
#include <atomic>
#include <doctest/doctest.h>
#include <future>

using namespace std::chrono_literals;

namespace {

const ashlar::HealthCheckResult& result_of(const ashlar::HealthReport& report, std::string_view check) {
  for (const ashlar::HealthCheckResult& result : report.checks) {
    if (result.name == check) return result;
  }
  throw std::runtime_error("no check " + std::string(check));
}

std::unique_ptr<ashlar::Module> checked_by(std::string name, ashlar::HealthCheck check) {
  return scripted(std::move(name),
                  {.start = [check = std::move(check)](ashlar::ModuleContext& c) { c.health_check("rope", check); }});
}

std::string well() { return {}; }

// A check that hangs until it is let go, and counts how often it was begun and how many run at once.
struct HangingCheck {
  Gate hanging;
  Gate finish;
  std::atomic<int> begun{0};
  std::atomic<int> at_once{0};
  std::atomic<bool> overlapped{false};

  std::string operator()() {
    ++begun;
    if (++at_once > 1) overlapped = true;
    hanging.open();
    finish.pass();
    --at_once;
    return {};
  }
};

// What health() answers while a check hangs: the clock is moved by the limit as soon as somebody waits for it.
ashlar::HealthReport health_after_limit(ashlar::ModuleHost& host, ashlar::testing::VirtualClock& clock) {
  auto asking = std::async(std::launch::async, [&] { return host.health(); });
  comes_true([&] {
    clock.advance_to_next_deadline();
    return asking.wait_for(0s) == std::future_status::ready;
  });
  return asking.get();
}

}  // namespace

TEST_CASE("D7: a host is alive and ready only while it runs") {
  ashlar::ModuleHost host;
  host.add(scripted("a"));
  CHECK(host.health().alive);
  CHECK_FALSE(host.health().ready);
  host.prepare();
  CHECK_FALSE(host.health().ready);
  host.start();
  CHECK(host.health().alive);
  CHECK(host.health().ready);
  host.stop();
  CHECK(host.health().alive);
  CHECK_FALSE(host.health().ready);
}

TEST_CASE("D7: each module and each check is named, and one that is well has nothing to say") {
  ashlar::ModuleHost host;
  host.add(checked_by("a", well));
  host.add(scripted("b"));
  host.start();
  const ashlar::HealthReport report = host.health();
  CHECK(report.checks.size() == 3);
  for (const char* name : {"a", "b", "a/rope"}) {
    CAPTURE(std::string(name));
    CHECK(result_of(report, name).healthy);
    CHECK(result_of(report, name).detail.empty());
  }
}

TEST_CASE("D7: a check that fails or throws, whatever it throws, is unhealthy and named, and the others answer") {
  ashlar::ModuleHost host;
  host.add(checked_by("complains", [] { return std::string("the rope is frayed"); }));
  host.add(checked_by("throws", []() -> std::string { throw std::runtime_error("no rope"); }));
  host.add(checked_by("throws_a_number", []() -> std::string { throw 7; }));
  host.add(checked_by("well", well));
  host.start();
  const ashlar::HealthReport report = host.health();
  CHECK(report.alive);
  CHECK_FALSE(report.ready);
  CHECK(result_of(report, "complains/rope").detail == "the rope is frayed");
  CHECK(result_of(report, "throws/rope").detail == "no rope");
  CHECK(result_of(report, "throws_a_number/rope").detail.find("int") != std::string::npos);
  for (const char* name : {"complains", "throws", "throws_a_number"}) {
    CHECK_FALSE(result_of(report, std::string(name) + "/rope").healthy);
    CHECK(result_of(report, name).healthy);
  }
  CHECK(result_of(report, "well/rope").healthy);
}

TEST_CASE("D7: a check that throws an empty message is unhealthy all the same") {
  ashlar::ModuleHost host;
  host.add(checked_by("mute", []() -> std::string { throw std::runtime_error(""); }));
  host.start();
  const ashlar::HealthReport report = host.health();
  CHECK_FALSE(report.ready);
  CHECK_FALSE(result_of(report, "mute/rope").healthy);
}

TEST_CASE("D7: a check that hangs is unhealthy within its limit, named, and delays no other") {
  ashlar::testing::VirtualClock clock;
  HangingCheck first;
  HangingCheck second;
  ashlar::HostOptions options = options_with(clock);
  options.health_limit = 700ms;
  ashlar::ModuleHost host(std::move(options));
  OpenAtExit let_first_go(first.finish);
  OpenAtExit let_second_go(second.finish);
  host.add(checked_by("a", std::ref(first)));
  host.add(checked_by("b", std::ref(second)));
  Gate answered;
  host.add(checked_by("c", [&] {
    answered.open();
    return std::string();
  }));
  host.start();
  auto asking = std::async(std::launch::async, [&] { return host.health(); });
  for (Gate* gate : {&first.hanging, &second.hanging, &answered}) gate->pass();
  give_way();  // the third check has only to return
  clock.advance(700ms);
  const ashlar::HealthReport report = asking.get();
  CHECK(report.alive);
  CHECK_FALSE(report.ready);
  for (const char* name : {"a/rope", "b/rope"}) {
    CHECK_FALSE(result_of(report, name).healthy);
    CHECK(result_of(report, name).detail.find("700") != std::string::npos);
    CHECK(result_of(report, name).took == 700ms);
  }
  // Where this machine was too busy, it was late the first time.
  CHECK(comes_true([&] { return result_of(health_after_limit(host, clock), "c/rope").healthy; }));
}

TEST_CASE("D7: a check that hangs is not started a second time before it has ended, and answers again afterwards") {
  ashlar::testing::VirtualClock clock;
  HangingCheck check;
  ashlar::ModuleHost host(options_with(clock));
  OpenAtExit let_go(check.finish);
  host.add(checked_by("a", std::ref(check)));
  host.start();
  for (int asked = 0; asked < 3; ++asked) CHECK_FALSE(health_after_limit(host, clock).ready);
  CHECK(comes_true([&] { return check.begun == 1; }));
  check.finish.open();
  CHECK(comes_true([&] { return health_after_limit(host, clock).ready; }));
  CHECK(check.begun >= 2);
  CHECK_FALSE(check.overlapped);
}

TEST_CASE("D7: many may ask for health at once, and no check runs twice at a time") {
  std::atomic<int> at_once{0};
  std::atomic<bool> overlapped{false};
  ashlar::ModuleHost host;
  host.add(checked_by("a", [&] {
    if (++at_once > 1) overlapped = true;
    std::this_thread::yield();
    --at_once;
    return std::string();
  }));
  host.start();
  const auto ask = [&] {
    bool ready = true;
    for (int i = 0; i < 50; ++i) ready = ready && host.health().ready;
    return ready;
  };
  auto other = std::async(std::launch::async, ask);
  CHECK(ask());
  CHECK(other.get());
  CHECK_FALSE(overlapped);
}

TEST_CASE("D7: a degraded module is shown, with its reason, but the host is ready") {
  ashlar::ModuleContext* context = nullptr;
  ashlar::ModuleHost host;
  host.add(scripted("a", {.start = [&](ashlar::ModuleContext& c) { context = &c; }}));
  host.start();
  context->degraded("the broker is away");
  const ashlar::HealthReport report = host.health();
  CHECK(report.ready);
  CHECK(result_of(report, "a").healthy);
  CHECK(result_of(report, "a").detail == "degraded: the broker is away");
  context->recovered();
  CHECK(result_of(host.health(), "a").detail.empty());
}

TEST_CASE("D7: checks end with the run that added them") {
  int asked = 0;
  ashlar::ModuleHost host;
  host.add(checked_by("a", [&] {
    ++asked;
    return std::string();
  }));
  host.start();
  host.health();
  CHECK(comes_true([&] { return asked == 1; }));
  host.stop();
  CHECK(host.health().checks.size() == 1);
  CHECK(comes_true([&] { return asked == 1; }));
  host.start();
  CHECK(host.health().checks.size() == 2);
  CHECK(asked == 2);
}

TEST_CASE("D7: after a failed start the host is alive, not ready, and names who failed") {
  ashlar::ModuleHost host;
  host.add(checked_by("a", [] { return std::string("asked although it does not run"); }));
  host.add(scripted("b", {.start = [](ashlar::ModuleContext&) { throw std::runtime_error("no rope left"); }}));
  CHECK_THROWS_AS(host.start(), ashlar::StartError);
  const ashlar::HealthReport report = host.health();
  CHECK(report.alive);
  CHECK_FALSE(report.ready);
  CHECK_FALSE(result_of(report, "b").healthy);
  CHECK(result_of(report, "b").detail == "failed: no rope left");
  CHECK(report.checks.size() == 2);
}

TEST_CASE("D7: a check may publish and ask for health itself without the host getting stuck") {
  ashlar::testing::VirtualClock clock;
  std::atomic<int> asked{0};
  ashlar::ModuleHost host(options_with(clock));
  host.add(bell_tower());
  host.add(checked_by("a", [&] {
    ring(host);
    if (++asked == 1) host.health();
    return std::string();
  }));
  host.start();
  health_after_limit(host, clock);
  CHECK(comes_true([&] { return asked == 1; }));
  CHECK(comes_true([&] { return health_after_limit(host, clock).ready; }));
}
