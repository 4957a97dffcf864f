#include <ashlar/envelope.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "error_of.hpp"
#include "fake_log.hpp"
#include "support.hpp"

using ashlar::Delivery;
using ashlar::DeliveryOf;
using ashlar::Envelope;
using support::Calls;
using support::emits;
using support::FakeLog;
using support::House;
using support::options_with;

namespace {

struct Rang {
  int number = 0;
};
ASHLAR_EVENT(Rang, "bells.bell.rang", 1, number)

struct Rang2 {
  int number = 0;
};
ASHLAR_EVENT(Rang2, "bells.bell.rang", 2, number)

struct Silent {
  int number = 0;
};
ASHLAR_EVENT(Silent, "bells.bell.silent", 1, number)

// What a start with these handlers says.
template <class Handlers>
std::string start_with(Handlers handlers, ashlar::HostOptions options = options_with(std::make_shared<FakeLog>())) {
  House house(std::move(options));
  house.with("bells", {.declare = emits<Rang, Silent>()}).with("ears", {.handlers = handlers});
  return error_of([&] { house.start(); });
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("A stream consumer is known to the log as module.name, with its events and options") {
  const auto log = std::make_shared<FakeLog>();
  House house(options_with(log));
  house.with("bells", {.declare = emits<Rang, Silent>()})
      .with("ears", {.handlers = [](auto& r) {
              r.template on_stream<Rang>("audit", {.batch_size = 7}, [](const Rang&) {});
              r.on_stream("bells.#", "all", {.max_deliver = 2}, [](const Envelope&) {});
              auto both = r.stream("both");
              both.on([](const Rang&, Delivery&) {}).on("bells.bell.silent", [](const Envelope&, Delivery&) {});
              r.template on_stream<Rang>("many", {.batch_size = 9}, [](std::span<const DeliveryOf<Rang>>) {});
            }});
  house.start();
  REQUIRE(log->plan.consumers.size() == 4);
  CHECK(log->consumer("ears.audit").options.batch_size == 7);
  CHECK(log->consumer("ears.audit").receiver->most_at_once() == 1);
  CHECK(log->consumer("ears.many").receiver->most_at_once() == 9);
  CHECK(log->consumer("ears.all").events == Calls{"bells.#"});
  CHECK(log->consumer("ears.both").events == Calls{"bells.bell.rang", "bells.bell.silent"});
}

TEST_CASE("An event that a stream consumer takes is stored at every publish; find() says so") {
  const auto log = std::make_shared<FakeLog>();
  House house(options_with(log));
  house.with("bells", {.declare = emits<Rang, Silent>()}).with("ears", {.handlers = [](auto& r) {
                                                                 r.template on_stream<Rang>("audit", {},
                                                                                            [](const Rang&) {});
                                                               }});
  house.start();
  house.bus("bells").publish(Rang{1});
  house.bus("bells").publish(Silent{1});
  CHECK(log->events().size() == 1);
  CHECK(house.host().registry().find("bells.bell.rang")->durable);
  CHECK_FALSE(house.host().registry().find("bells.bell.silent")->durable);
}

TEST_CASE("A consumer of version 2 asks the log for version 1 too, where an upcaster leads from it") {
  const auto log = std::make_shared<FakeLog>();
  House house(options_with(log));
  house
      .with("bells", {.declare =
                          [](auto& d) {
                            d.template emits<Rang>();
                            d.template emits<Rang2>().renamed_from("towers.bell.rang");
                            d.upcasts(+[](const Rang& e) { return Rang2{e.number}; });
                          }})
      .with("ears", {.handlers = [](auto& r) { r.stream("audit").on([](const Rang2&) {}); }});
  house.start();
  CHECK(log->consumer("ears.audit").events == Calls{"bells.bell.rang@2", "bells.bell.rang"});
  REQUIRE(log->plan.events.size() == 2);
  CHECK(log->plan.events[1].renamed_from == Calls{"towers.bell.rang"});
}

TEST_CASE("describe names stream handlers with their consumer") {
  House house(options_with(std::make_shared<FakeLog>()));
  house.with("bells", {.declare = emits<Rang>()}).with("ears", {.handlers = [](auto& r) {
                                                         r.on([](const Rang&) {});
                                                         r.on_stream("bells.*.*", "audit", {}, [](const Envelope&) {});
                                                       }});
  house.start();
  const auto handlers = house.host().describe().events.front().handlers;
  REQUIRE(handlers.size() == 2);
  CHECK(handlers[0].consumer.empty());
  CHECK(handlers[1].consumer == "ears.audit");
  CHECK(handlers[1].registered_for == "bells.*.*");
}

TEST_CASE("What is wrong with stream consumers fails the start, all of it at once") {
  const std::string error = start_with([](auto& r) {
    r.stream("Audit").on([](const Rang&) {});
    r.stream("twice").on([](const Rang&) {});
    r.stream("twice").on([](const Rang&) {});
    r.stream("empty");
    r.stream("same").on([](const Rang&) {}).on([](const Rang&) {});
    r.stream("mixed").on([](std::span<const DeliveryOf<Rang>>) {}).on([](const Silent&) {});
    r.stream("lost").on([](const Rang2&) {});
    r.stream("sized", {.batch_size = 0}).on([](const Rang&) {});
  });
  CHECK(has(error, "'Audit' is no name for a consumer"));
  CHECK(has(error, "two handlers or consumers named 'twice'"));
  CHECK(has(error, "'ears.empty' takes no events"));
  CHECK(has(error, "'ears.same' has two handlers for 'bells.bell.rang'"));
  CHECK(has(error, "'ears.mixed' has a batch handler beside others"));
  CHECK(has(error, "'ears.lost' takes event 'bells.bell.rang@2', which no module declares"));
  CHECK(has(error, "batch_size is at least 1"));
}

TEST_CASE("Without a log, durable events and stream consumers fail the start, and all are named") {
  House house;
  house
      .with("bells", {.declare =
                          [](auto& d) {
                            d.template emits<Rang>().durable();
                            d.template emits<Silent>().durable();
                          }})
      .with("ears", {.handlers = [](auto& r) { r.on_stream("#", "audit", {}, [](const Envelope&) {}); }});
  const std::string error = error_of([&] { house.start(); });
  CHECK(has(error, "'bells.bell.rang' durable"));
  CHECK(has(error, "'bells.bell.silent' durable"));
  CHECK(has(error, "stream consumer 'ears.audit'"));
  CHECK(has(error, "HostOptions::event_log"));
}

TEST_CASE("A consumer that is registered or filled after the start is refused") {
  ashlar::EventRegistry* registry = nullptr;
  std::optional<ashlar::StreamConsumer> consumer;
  House house(options_with(std::make_shared<FakeLog>()));
  house.with("bells", {.declare = emits<Rang>()}).with("ears", {.handlers = [&](auto& r) {
                                                         registry = &r;
                                                         consumer = r.stream("audit").on([](const Rang&) {});
                                                       }});
  house.start();
  CHECK(has(error_of([&] { registry->stream("late"); }), "too late"));
  CHECK(has(error_of([&] { consumer->on("bells.#", [](const Envelope&) {}); }), "too late"));
}

TEST_CASE("A former name that is declared still, or is none, fails the assembly") {
  const auto assembled = [](std::string former) {
    House house;
    house.with("bells", {.declare = [&](auto& d) {
                 d.template emits<Rang>().renamed_from(former);
                 d.template emits<Silent>();
               }});
    return error_of([&] { house.host().assemble(); });
  };
  CHECK(has(assembled("bells.bell.silent"), "which module 'bells' still declares"));
  CHECK(has(assembled("Bells"), "which is no event name"));
}
