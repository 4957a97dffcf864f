#include <ashlar/envelope.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "error_of.hpp"
#include "fake_log.hpp"
#include "support.hpp"

using ashlar::EventContext;
using ashlar::Stored;
using support::Calls;
using support::FakeLog;
using support::FakeUnit;
using support::House;
using support::options_with;

namespace {

struct Rang {
  int number = 0;
};
ASHLAR_EVENT(Rang, "bells.bell.rang", 1, number)

struct Rang2 {
  int number = 0;
  std::string by;
};
ASHLAR_EVENT(Rang2, "bells.bell.rang", 2, number, by)

struct Kept {
  int number = 0;
};
ASHLAR_EVENT(Kept, "bells.bell.kept", 1, number)

// A host with a log, whose module declares a plain event with two versions and a durable one.
class Tower {
 public:
  explicit Tower(std::shared_ptr<FakeLog> its_log = std::make_shared<FakeLog>())
      : log(its_log), house(its_log ? options_with(its_log) : ashlar::HostOptions{}) {
    house.with("bells", {.declare = [](auto& d) {
                 d.template emits<Rang>();
                 d.template emits<Rang2>();
                 d.upcasts(+[](const Rang& e) { return Rang2{e.number, "nobody"}; });
                 d.template emits<Kept>().durable().key(&Kept::number);
               }});
    house.with("ears", {.handlers = [this](auto& r) {
                 r.on([this](const Rang& e, const EventContext& c) { hear("rang", e.number, c); });
                 r.on([this](const Rang2& e, const EventContext& c) { hear("rang2", e.number, c); });
                 r.on([this](const Kept& e, const EventContext& c) { hear("kept", e.number, c); });
               }});
  }

  ashlar::EventBus& bus() { return house.bus("bells"); }

  std::shared_ptr<FakeLog> log;
  Calls calls;
  ashlar::Metadata last;
  House house;

 private:
  void hear(const std::string& what, int number, const EventContext& context) {
    calls.push_back(what + ' ' + std::to_string(number));
    last = context.metadata();
    if (number < 0) throw std::runtime_error("too loud");
  }
};

}  // namespace

TEST_CASE("E1: An event published with a unit of work is stored by its commit, and its handlers run after it") {
  Tower tower;
  tower.house.start();
  FakeUnit unit;
  CHECK_FALSE(tower.bus().publish(unit, Rang{1}).duplicate);
  CHECK(tower.calls.empty());
  unit.commit();
  CHECK(tower.calls == Calls{"rang 1"});
}

TEST_CASE("E1: What is never committed is not handled") {
  Tower tower;
  tower.house.start();
  {
    FakeUnit unit;
    tower.bus().publish(unit, Kept{1});
  }
  CHECK(tower.calls.empty());
}

TEST_CASE("Handlers after a commit see the metadata that was stored: that of the publish, not of the commit") {
  Tower tower;
  // So that the log is open before there is a unit.
  tower.house.start();
  FakeUnit unit;
  {
    const ashlar::CorrelationScope scope({.correlation_id = "a-request", .tenant_id = "acme"});
    tower.bus().publish(unit, Kept{7});
  }
  const ashlar::CorrelationScope other({.correlation_id = "another", .tenant_id = "other", .user_id = "eve"});
  tower.house.clock().advance(std::chrono::hours{1});
  unit.commit();
  REQUIRE(tower.log->events().size() == 1);
  const ashlar::StoredEvent stored = tower.log->events().front();
  CHECK(stored.data == R"({"number":7})");
  CHECK(stored.metadata.name == "bells.bell.kept");
  CHECK(stored.metadata.key == "7");
  CHECK(stored.metadata.source == "bells");
  CHECK(stored.metadata.correlation_id == "a-request");
  CHECK(tower.last.id == stored.metadata.id);
  CHECK(tower.last.time == stored.metadata.time);
  CHECK(tower.last.correlation_id == "a-request");
  CHECK(tower.last.tenant_id == "acme");
  CHECK(tower.last.user_id.empty());
}

TEST_CASE("A handler that fails after a commit is told as any other") {
  Tower tower;
  std::string message;
  const auto observer =
      tower.house.host().on_handler_failed([&](const ashlar::HandlerFailure& failure) { message = failure.message; });
  tower.house.start();
  FakeUnit unit;
  tower.bus().publish(unit, Rang{-1});
  unit.commit();
  CHECK(message == "too loud");
}

TEST_CASE("E2: A second event with the same id is a duplicate, and no handler is called for it") {
  Tower tower;
  tower.house.start();
  const ashlar::PublishOptions same{.id = ashlar::Uuid::v7(5)};
  CHECK(tower.bus().publish(Kept{1}, same).handlers() == 1);
  CHECK(tower.bus().publish(Kept{1}, same).handlers() == 0);
  FakeUnit unit;
  const Stored again = tower.bus().publish(unit, Kept{1}, same);
  unit.commit();
  CHECK(again.duplicate);
  CHECK(again.sequence == 1);
  const ashlar::PendingStored later = tower.bus().publish_async(Kept{1}, same);
  tower.log->flush();
  CHECK(later.get().duplicate);
  CHECK(tower.calls == Calls{"kept 1"});
}

TEST_CASE("A durable event is stored before its handlers are called; where that fails none is, and publish throws") {
  Tower tower;
  tower.house.start();
  CHECK(tower.bus().publish(Kept{1}).handlers() == 1);
  CHECK(tower.log->events().size() == 1);
  CHECK(tower.last.id == tower.log->events().front().metadata.id);
  tower.log->refuses_events = "the disk is full";
  CHECK(error_of([&] { tower.bus().publish(Kept{2}); }) == "the disk is full");
  CHECK(tower.calls == Calls{"kept 1"});
  tower.log->refuses_events.clear();
  CHECK_FALSE(tower.bus().publish(Kept{-3}).ok());
}

TEST_CASE("An event that is not durable is not stored by a plain publish") {
  Tower tower;
  tower.house.start();
  tower.bus().publish(Rang{1});
  CHECK(tower.log->events().empty());
}

TEST_CASE("A durable event published inside a handler carries on its chain") {
  Tower tower;
  tower.house.with("clock", {.handlers = [&](auto& r) { r.on([&](const Rang&) { tower.bus().publish(Kept{9}); }); }});
  tower.house.start();
  const ashlar::Uuid cause = ashlar::Uuid::v7(77);
  tower.bus().publish(Rang{1}, {.id = cause, .correlation_id = "a-request"});
  REQUIRE(tower.log->events().size() == 1);
  CHECK(tower.log->events().front().metadata.causation_id == cause.to_string());
  CHECK(tower.log->events().front().metadata.correlation_id == "a-request");
}

TEST_CASE("publish_async returns at once; the handlers run when the event is durable, and then it is ready") {
  Tower tower;
  tower.house.start();
  const ashlar::PendingStored pending = tower.bus().publish_async(Rang{4});
  CHECK_FALSE(pending.is_ready());
  CHECK(tower.calls.empty());
  std::thread([&] { tower.log->flush(); }).join();
  CHECK(pending.is_ready());
  CHECK(pending.get().sequence == 1);
  CHECK(tower.calls == Calls{"rang 4"});
}

TEST_CASE("publish_async hands over what kept the event from being stored") {
  Tower tower;
  tower.house.start();
  const ashlar::PendingStored pending = tower.bus().publish_async(Rang{4});
  tower.log->refuses_events = "the disk is full";
  tower.log->flush();
  CHECK(error_of([&] { static_cast<void>(pending.get()); }) == "the disk is full");
  CHECK(tower.calls.empty());
}

TEST_CASE("A stop waits for what publish_async took") {
  Tower tower;
  tower.house.start();
  const ashlar::PendingStored pending = tower.bus().publish_async(Rang{4});
  CHECK(tower.house.host().stop().clean());
  CHECK(pending.is_ready());
  CHECK(tower.calls == Calls{"rang 4"});
}

TEST_CASE("A commit after the host has stopped calls no handler, and the log says so") {
  Tower tower;
  tower.house.start();
  FakeUnit unit;
  tower.bus().publish(unit, Rang{1});
  tower.house.host().stop();
  unit.commit();
  CHECK(tower.calls.empty());
  CHECK(tower.house.log().contains("committed after the host had stopped"));
}

TEST_CASE("Publishing to be stored is refused as publishing is, and nothing is stored") {
  Tower tower;
  FakeUnit unit;
  CHECK_THROWS_AS(tower.bus().publish(unit, Rang{1}), ashlar::PublishRefused);
  CHECK_THROWS_AS(static_cast<void>(tower.bus().publish_async(Rang{1})), ashlar::PublishRefused);
  tower.house.start();
  CHECK_THROWS_AS(tower.house.bus("ears").publish(unit, Rang{1}), ashlar::PublishRefused);
  CHECK_THROWS_AS(tower.house.bus("ears").publish(Kept{1}), ashlar::PublishRefused);
  unit.commit();
  CHECK(tower.log->events().empty());
}

TEST_CASE("Without a durable log, publishing to be stored says what to do") {
  House house;
  house.with("bells", {.declare = support::emits<Rang>()}).start();
  FakeUnit unit;
  CHECK(error_of([&] { house.bus("bells").publish(unit, Rang{1}); }).find("HostOptions::event_log") !=
        std::string::npos);
  CHECK(error_of([&] {
          static_cast<void>(house.bus("bells").publish_async(Rang{1}));
        }).find("HostOptions::event_log") != std::string::npos);
}

TEST_CASE("JSON published with a unit of work goes to handlers of later versions too, after the commit") {
  Tower tower;
  tower.house.start();
  FakeUnit unit;
  tower.bus().publish_json(unit, "bells.bell.rang", R"({"number": 3})");
  CHECK(tower.calls.empty());
  unit.commit();
  CHECK(tower.calls == Calls{"rang 3", "rang2 3"});
  REQUIRE(tower.log->events().size() == 1);
  CHECK(tower.log->events().front().metadata.version == 1);
}

TEST_CASE("JSON of a durable event is stored, once") {
  Tower tower;
  tower.house.start();
  const ashlar::PublishOptions same{.id = ashlar::Uuid::v7(6)};
  CHECK(tower.bus().publish_json("bells.bell.kept", R"({"number": 3})", same).handlers() == 1);
  CHECK(tower.bus().publish_json("bells.bell.kept", R"({"number": 3})", same).handlers() == 0);
  CHECK(tower.log->events().size() == 1);
}
