#include <ashlar/errors.hpp>
#include <ashlar/testing/test_host.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "error_of.hpp"
#include "host_support.hpp"

using ashlar::Request;
using ashlar::Response;
using ashlar::testing::TestHost;

TEST_CASE("a null pointer in the place of a module is an error that says so") {
  ashlar::ModuleHost host;
  CHECK(error_of([&] { host.add(std::unique_ptr<ashlar::Module>()); }).find("null pointer") != std::string::npos);
  CHECK(error_of([&] {
          host.add(ashlar::ModuleFactory{"orders", nullptr});
        }) == "the factory of module 'orders' makes none");
  CHECK(error_of([&] {
          host.add(ashlar::ModuleFactory{"orders", []() -> std::unique_ptr<ashlar::Module> { return nullptr; }});
        }) == "the factory of module 'orders' makes none");
  host.add(scripted("a"));
  host.start();
  CHECK(host.running());
}

TEST_CASE(
    "D4: a limit without end is one: the longest stop_deadline and health_limit are waited for, not passed at once") {
  ashlar::HostOptions options;
  options.stop_deadline = std::chrono::milliseconds::max();
  options.health_limit = std::chrono::milliseconds::max();
  ashlar::ModuleHost host(std::move(options));
  std::atomic<bool> stopped{false};
  host.add(scripted("a", {.start =
                              [](ashlar::ModuleContext& c) {
                                c.health_check("slow", [] {
                                  give_way();
                                  return std::string();
                                });
                              },
                          .stop =
                              [&] {
                                give_way();
                                stopped = true;
                              }}));
  host.start();
  CHECK(host.health().ready);
  CHECK(host.stop().clean());
  CHECK(stopped);
}

TEST_CASE("D6: the routes of an optional module that fails to start do not answer, and do when it has started") {
  bool fails = true;
  TestHost host =
      TestHost::of(scripted("extra", {.declare = [](ashlar::Declaration& d) { d.optional(); },
                                      .start =
                                          [&](ashlar::ModuleContext& c) {
                                            c.routes().get("/extra/:id", [](const Request& request) {
                                              return Response::text("extra " + request.parameter("id"));
                                            });
                                            if (fails) throw std::runtime_error("the frame is cracked");
                                          }}),
                   scripted("a", {.start =
                                      [](ashlar::ModuleContext& c) {
                                        c.routes().get("/a", [](const Request&) { return Response::text("a"); });
                                      }}))
          .start();
  CHECK(host.state("extra") == ashlar::ModuleState::failed);
  CHECK(host.get("/extra/1").has_status(404));
  CHECK(host.get("/extra/1").body.find("there is nothing at /extra/1") != std::string::npos);
  CHECK(host.get("/a").body == "a");

  host.stop();
  fails = false;
  host.start();
  CHECK(host.get("/extra/1").body == "extra 1");
}

TEST_CASE("the host describes itself while it starts, fails optional modules and starts again") {
  ashlar::ModuleHost host;
  host.add(bell_tower());
  for (const std::string name : {"a", "b", "c"}) {
    host.add(scripted(name, {.declare = [](ashlar::Declaration& d) { d.optional(); },
                             .register_handlers = [](auto& r) { r.on([](const bells::Rang&) {}); },
                             .start = [](ashlar::ModuleContext&) { throw std::runtime_error("cracked"); }}));
  }
  host.add(scripted("z", {.register_handlers = [](auto& r) { r.on([](const bells::Rang&) {}); }}));
  host.assemble();
  std::atomic<bool> done{false};
  std::atomic<bool> wrong{false};
  std::thread describing([&] {
    while (!done) {
      const ashlar::HostDescription description = host.describe();
      if (description.modules.size() != 5 || description.events.size() != 2) wrong = true;
    }
  });
  for (int round = 0; round < 30; ++round) {
    host.start();
    if (ring(host).handlers() != 1) wrong = true;
    host.stop();
  }
  done = true;
  describing.join();
  CHECK_FALSE(wrong);
}
