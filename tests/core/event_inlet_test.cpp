#include <ashlar/envelope.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "error_of.hpp"
#include "fake_log.hpp"
#include "support.hpp"

using ashlar::EventContext;
using ashlar::Metadata;
using ashlar::Stored;
using support::Calls;
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
  std::string by;
};
ASHLAR_EVENT(Rang2, "bells.bell.rang", 2, number, by)

// A host whose module `gate` lets events in.
class Town {
 public:
  explicit Town(std::shared_ptr<FakeLog> its_log = std::make_shared<FakeLog>())
      : log(its_log), house(its_log ? options_with(its_log) : ashlar::HostOptions{}) {
    house.with("bells", {.declare = [](ashlar::Declaration& d) {
                 d.emits<Rang>().key(&Rang::number);
                 d.emits<Rang2>();
                 d.upcasts(+[](const Rang& e) { return Rang2{e.number, "nobody"}; });
               }});
    house.with("ears", {.handlers = [this](ashlar::EventRegistry& r) {
                 r.on([this](const Rang& e, const EventContext& c) { hear("rang", e.number, c); });
                 r.on([this](const Rang2& e, const EventContext& c) { hear("rang2", e.number, c); });
               }});
    house.with("gate", {.declare = [](ashlar::Declaration& d) { d.lets_events_in(); },
                        .start = [this](ashlar::ModuleContext& context) { inlet = &context.inlet(); },
                        .stopping = [this] { at_stop(); }});
    house.start();
  }

  static Metadata rang() {
    return {.id = ashlar::Uuid::v7(1'000),
            .name = "bells.bell.rang",
            .version = 1,
            .time = ashlar::Time(std::chrono::milliseconds{1'000}),
            .source = "belfry",
            .causation_id = "the ringer"};
  }

  void let_in(Metadata metadata, std::string data) {
    inlet->let_in(std::move(metadata), std::move(data), [this](const Stored& stored, std::exception_ptr error) {
      calls.push_back(error ? "error" : stored.duplicate ? "duplicate" : "done " + std::to_string(stored.sequence));
    });
  }

  std::shared_ptr<FakeLog> log;
  Calls calls;
  ashlar::EventInlet* inlet = nullptr;
  std::function<void()> at_stop = [] {};
  House house;

 private:
  void hear(const std::string& what, int number, const EventContext& c) {
    calls.push_back(what + " " + std::to_string(number) + " from " + std::string(c.source()) + " by " +
                    c.causation_id());
  }
};

}  // namespace

TEST_CASE("F3: an event from outside is stored as it is, then its handlers are called, those of later versions too") {
  Town town;
  const Metadata rang = Town::rang();
  town.let_in(rang, R"({"number": 7})");
  CHECK(town.calls.empty());
  town.log->flush();
  CHECK(town.calls == Calls{"rang 7 from belfry by the ringer", "rang2 7 from belfry by the ringer", "done 1"});
  REQUIRE(town.log->events().size() == 1);
  const ashlar::StoredEvent stored = town.log->events()[0];
  CHECK(stored.data == R"({"number": 7})");
  CHECK(stored.metadata.id == rang.id);
  CHECK(stored.metadata.time == rang.time);
  CHECK(stored.metadata.source == "belfry");
  CHECK(stored.metadata.key == "7");
  CHECK(stored.metadata.correlation_id == rang.id.to_string());
}

TEST_CASE("F3: the same id again calls no handler, and is said to be a duplicate") {
  Town town;
  const Metadata rang = Town::rang();
  town.let_in(rang, R"({"number": 7})");
  town.let_in(rang, R"({"number": 7})");
  town.log->flush();
  CHECK(town.calls.size() == 4);
  CHECK(town.calls.back() == "duplicate");
}

TEST_CASE("F3: what no module declares, or does not fit, is refused before anything is stored") {
  Town town;
  Metadata unknown = Town::rang();
  unknown.name = "bells.bell.rung";
  CHECK_THROWS_AS(town.let_in(unknown, "{}"), ashlar::EventUnknown);
  CHECK(error_of([&] { town.let_in(unknown, "{}"); }) ==
        "no module declares event 'bells.bell.rung', which came from outside: declare it with d.emits<>(); did you "
        "mean "
        "bells.bell.rang?");
  CHECK_THROWS_AS(town.let_in(Town::rang(), R"({"number": "seven"})"), ashlar::JsonError);
  town.log->flush();
  CHECK(town.calls.empty());
  CHECK(town.log->events().empty());
}

TEST_CASE("F3: what the log refuses is told to whoever brought it, and no handler hears of it") {
  Town town;
  town.log->refuses_events = "full";
  town.let_in(Town::rang(), R"({"number": 7})");
  town.log->flush();
  CHECK(town.calls == Calls{"error"});
}

TEST_CASE("F5: without a log the handlers of an event from outside are called at once") {
  Town town(nullptr);
  town.let_in(Town::rang(), R"({"number": 7})");
  CHECK(town.calls == Calls{"rang 7 from belfry by the ringer", "rang2 7 from belfry by the ringer", "done 0"});
}

TEST_CASE("a stop waits for events that are on their way in, and afterwards refuses them") {
  Town town;
  town.let_in(Town::rang(), R"({"number": 7})");
  CHECK(town.house.host().stop().clean());  // the log's end stores what it has taken
  CHECK(town.calls.back() == "done 1");
  CHECK_THROWS_AS(town.let_in(Town::rang(), R"({"number": 7})"), ashlar::PublishRefused);
}

TEST_CASE("a module that declares no way in gets none") {
  std::string problem;
  House house;
  house.with("gate", {.start = [&](ashlar::ModuleContext& context) {
               problem = error_of([&] { static_cast<void>(context.inlet()); });
             }});
  house.start();
  CHECK(problem ==
        "module 'gate' asked for the way in for events from outside, which it does not declare: add d.lets_events_in() "
        "to "
        "its declare() (modules/gate)");
}

TEST_CASE("D3: modules hear that the host is about to stop before their handlers are waited for") {
  Town town;
  std::string seen;
  town.at_stop = [&] {
    seen = std::to_string(town.log->events().size());
    throw std::runtime_error("no");
  };
  town.let_in(Town::rang(), R"({"number": 7})");
  const ashlar::StopReport report = town.house.host().stop();
  CHECK(seen == "0");
  CHECK(report.failures == std::vector<std::string>{"module 'gate' failed in stopping(): no"});
  CHECK(town.calls.back() == "done 1");
}
