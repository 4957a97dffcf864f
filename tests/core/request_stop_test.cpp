#include "host_support.hpp"

#include <doctest/doctest.h>
#include <future>

TEST_CASE("D4: request_stop() inside a handler ends wait()") {
  Journal journal;
  ashlar::ModuleHost host;
  host.add(bell_tower());
  host.add(scripted("audience", {.register_handlers = [&](ashlar::EventRegistry& r) {
                      r.on([&](const bells::Rang&) {
                        journal.add("requested");
                        host.request_stop();
                      });
                    }}));
  host.start();
  Gate about_to_wait;
  auto waiting = std::async(std::launch::async, [&] {
    about_to_wait.open();
    host.wait();
    journal.add("waited");
  });
  about_to_wait.pass();
  give_way();
  CHECK(ring(host).ok());
  waiting.get();
  CHECK(journal.text() == "requested, waited");
  host.wait();  // again: returns at once
  CHECK(host.running());
  CHECK(host.stop().clean());
}

TEST_CASE("D4: a request to stop is not lost when it comes before or during the start") {
  ashlar::ModuleHost before;
  before.request_stop();
  before.start();
  auto first = std::async(std::launch::async, [&] { before.wait(); });
  CHECK(first.wait_for(std::chrono::seconds{10}) == std::future_status::ready);
  before.request_stop();

  ashlar::ModuleHost during;
  during.add(scripted("a", {.start = [&](ashlar::ModuleContext&) { during.request_stop(); }}));
  during.start();
  auto second = std::async(std::launch::async, [&] { during.wait(); });
  CHECK(second.wait_for(std::chrono::seconds{10}) == std::future_status::ready);
  during.request_stop();
}

TEST_CASE("D4: a request that has been followed does not end the next run") {
  Journal journal;
  ashlar::ModuleHost host;
  host.start();
  host.request_stop();
  host.wait();
  host.stop();
  host.start();
  Gate about_to_wait;
  auto waiting = std::async(std::launch::async, [&] {
    about_to_wait.open();
    host.wait();
    journal.add("waited");
  });
  about_to_wait.pass();
  give_way();
  journal.add("requested");
  host.request_stop();
  waiting.get();
  CHECK(journal.text() == "requested, waited");
}
