#include <ashlar/envelope.hpp>
#include <ashlar/middleware.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "fake_log.hpp"
#include "support.hpp"

using ashlar::Delivery;
using ashlar::DeliveryOf;
using ashlar::Envelope;
using ashlar::EventContext;
using ashlar::EventRegistry;
using support::Calls;
using support::emits;
using support::FakeLog;
using support::FakeUnit;
using support::House;
using support::options_with;
using support::stored;

namespace {

struct Rang {
  int number = 0;
};
ASHLAR_EVENT(Rang, "bells.bell.rang", 1, number)

struct Rang2 {
  int number = 0;
};
ASHLAR_EVENT(Rang2, "bells.bell.rang", 2, number)

struct Echoed {
  int number = 0;
};
ASHLAR_EVENT(Echoed, "ears.bell.echoed", 1, number)

ashlar::StoredEvent rang(int number, std::string key = {}) {
  return stored("bells.bell.rang", R"({"number":)" + std::to_string(number) + "}", std::move(key));
}
ashlar::StoredEvent broken(std::string key = {}) {
  return stored("bells.bell.rang", R"({"number":"three"})", std::move(key));
}

// Two versions of an event, an upcaster between them, and a module with these handlers.
struct Ears {
  explicit Ears(std::function<void(EventRegistry&)> handlers, ashlar::HostOptions options = {})
      : house([&] {
          options.event_log = log;
          return std::move(options);
        }()) {
    house
        .with("bells", {.declare =
                            [](auto& d) {
                              d.template emits<Rang>();
                              d.template emits<Rang2>();
                              d.upcasts(+[](const Rang& e) {
                                if (e.number == 13) throw std::runtime_error("13 is unlucky");
                                return Rang2{e.number * 10};
                              });
                            }})
        .with("ears", {.declare = emits<Echoed>(), .handlers = std::move(handlers)});
    failures =
        house.host().on_handler_failed([this](const ashlar::HandlerFailure& failure) { failed.push_back(failure); });
    house.start();
  }

  Calls deliver(const std::vector<ashlar::StoredEvent>& events, int count = 1) {
    return log->deliver("ears.audit", events, count);
  }

  std::shared_ptr<FakeLog> log = std::make_shared<FakeLog>();
  std::vector<ashlar::HandlerFailure> failed;
  House house;
  ashlar::Subscription failures;
};

}  // namespace

TEST_CASE("E4: A stream handler that returns has acked, one that throws has failed") {
  Calls calls;
  Ears ears([&](EventRegistry& r) {
    r.on_stream<Rang>("audit", {}, [&](const Rang& e) {
      calls.push_back(std::to_string(e.number));
      if (e.number < 0) throw std::runtime_error("too loud");
    });
  });
  CHECK(ears.deliver({rang(1)}) == Calls{"1 ack"});
  CHECK(ears.deliver({rang(-1)}, 3) == Calls{"1 failed: too loud"});
  CHECK(calls == Calls{"1", "-1"});
  REQUIRE(ears.failed.size() == 1);
  CHECK(ears.failed[0].module == "ears");
  CHECK(ears.failed[0].handler == "audit");
  CHECK(ears.failed[0].delivery == 3);
}

TEST_CASE("E4: What a handler says of its delivery stands") {
  Ears ears([&](EventRegistry& r) {
    r.on_stream<Rang>("audit", {}, [](const Rang& e, Delivery& delivery) {
      if (e.number == 1) delivery.term("no use");
      if (e.number == 2) delivery.nak("later");
      if (e.number == 3) {
        delivery.ack();
        throw std::runtime_error("after all");
      }
    });
  });
  CHECK(ears.deliver({rang(1), rang(2), rang(3)}) == Calls{"1 term: no use", "2 nak: later", "3 ack"});
}

TEST_CASE("A handler that throws after an ack with its unit of work has failed: the unit is not committed") {
  Ears ears([&](EventRegistry& r) {
    r.on_stream<Rang>("audit", {}, [](const Rang&, Delivery& delivery) {
      FakeUnit unit;
      delivery.ack(unit);
      throw std::runtime_error("rolled back");
    });
  });
  CHECK(ears.deliver({rang(1)}) == Calls{"1 ack in unit", "1 failed: rolled back"});
}

TEST_CASE("E6: What does not decode is given up at once, with the place, and no handler sees it") {
  Calls calls;
  Ears ears([&](EventRegistry& r) { r.on_stream<Rang>("audit", {}, [&](const Rang&) { calls.push_back("called"); }); });
  const Calls said = ears.deliver({broken()});
  REQUIRE(said.size() == 1);
  CHECK(said[0].starts_with("1 term: its data is no "));
  CHECK(said[0].find("/number: expected an integer") != std::string::npos);
  CHECK(calls.empty());
  CHECK(ears.failed.size() == 1);
}

TEST_CASE("A stream handler sees the event as it was stored, and what it publishes names that as its cause") {
  ashlar::Metadata seen;
  std::string data;
  ashlar::Metadata echoed;
  Ears* self = nullptr;
  Ears ears([&](EventRegistry& r) {
    r.on_stream("bells.#", "audit", {}, [&](const Envelope& e) {
      seen = e.metadata();
      data = e.data();
      self->house.bus("ears").publish(Echoed{1});
    });
    r.on([&](const Echoed&, const EventContext& c) { echoed = c.metadata(); });
  });
  self = &ears;
  ashlar::StoredEvent event = rang(5, "a-key");
  event.data = R"({ "number":5 })";
  event.metadata.time = ashlar::Time(std::chrono::milliseconds{77});
  CHECK(ears.deliver({event}) == Calls{"1 ack"});
  CHECK(seen.id == event.metadata.id);
  CHECK(seen.time == event.metadata.time);
  CHECK(seen.source == "elsewhere");
  CHECK(seen.key == "a-key");
  CHECK(seen.correlation_id == "a-chain");
  CHECK(seen.causation_id == "a-cause");
  CHECK(data == event.data);
  CHECK(echoed.causation_id == event.metadata.id.to_string());
  CHECK(echoed.correlation_id == "a-chain");
  CHECK(echoed.tenant_id == "a-tenant");
  CHECK(echoed.source == "ears");
}

TEST_CASE("Log lines of a stream handler carry its name and the event's id") {
  ashlar::ModuleContext* context = nullptr;
  const auto log = std::make_shared<FakeLog>();
  House house(options_with(log));
  house.with("bells", {.declare = emits<Rang>()})
      .with("ears", {.prepare = [&](auto& c) { context = &c; },
                     .handlers =
                         [&](auto& r) {
                           r.template on_stream<Rang>("audit", {}, [&](const Rang&) { context->log().info("heard"); });
                         }});
  house.start();
  const ashlar::StoredEvent event = rang(1);
  log->deliver("ears.audit", {event});
  CHECK(house.log().contains("event_id=" + event.metadata.id.to_string()));
  CHECK(house.log().contains("handler=audit"));
}

TEST_CASE("A3: A stored event of version 1 reaches a handler of version 2, converted; not the other way round") {
  Calls calls;
  Ears ears([&](EventRegistry& r) {
    r.on_stream<Rang2>("audit", {}, [&](const Rang2& e, const EventContext& c) {
      calls.push_back(std::to_string(e.number) + '@' + std::to_string(c.version()));
    });
    r.on_stream<Rang>("first", {}, [&](const Rang& e) { calls.push_back(std::to_string(e.number)); });
  });
  CHECK(ears.deliver({rang(1)}) == Calls{"1 ack"});
  CHECK(ears.deliver({stored("bells.bell.rang", R"({"number":5})", {}, 2)}) == Calls{"1 ack"});
  CHECK(ears.log->deliver("ears.first", {stored("bells.bell.rang", R"({"number":5})", {}, 2)}) == Calls{"1 ack"});
  CHECK(calls == Calls{"10@2", "5@2"});
  CHECK(ears.deliver({rang(13)}) == Calls{"1 failed: upcaster to bells.bell.rang@2: 13 is unlucky"});
}

TEST_CASE("Events that nobody declares reach the patterns of stream consumers") {
  Calls calls;
  Ears ears([&](EventRegistry& r) {
    r.on_stream("*.*.rung", "audit", {}, [&](const Envelope& e) {
      calls.push_back(std::string(e.name()) + ' ' + std::to_string(e.version()) + ' ' + std::string(e.data()));
    });
  });
  CHECK(ears.deliver({stored("foreign.bell.rung", "{}", {}, 3)}) == Calls{"1 ack"});
  CHECK(ears.deliver({stored("foreign.bell.other", "{}")}) == Calls{"1 ack"});
  CHECK(calls == Calls{"foreign.bell.rung 3 {}"});
}

TEST_CASE("E7: After one that was not acked, later events of its key are given back; others flow on") {
  Calls calls;
  Ears ears([&](EventRegistry& r) {
    r.on_stream<Rang>("audit", {}, [&](const Rang& e) {
      calls.push_back(std::to_string(e.number));
      if (e.number == 1) throw std::runtime_error("no");
    });
  });
  CHECK(ears.deliver({rang(1, "a"), rang(2, "b"), rang(3, "a"), rang(4)}) ==
        Calls{"1 failed: no", "2 ack", "3 given back", "4 ack"});
  CHECK(calls == Calls{"1", "2", "4"});
}

TEST_CASE("E5: A batch handler gets what decodes, in order; what does not touches only itself") {
  Calls calls;
  Ears ears([&](EventRegistry& r) {
    r.stream("audit").on([&](std::span<const DeliveryOf<Rang>> batch) {
      std::string line;
      for (const auto& one : batch) line += std::to_string(one.event().number) + ' ';
      calls.push_back(line);
      batch[0]->nak("not yet");
    });
  });
  const Calls said = ears.deliver({rang(1, "a"), broken("a"), rang(2, "a"), rang(3, "b")});
  REQUIRE(said.size() == 4);
  CHECK(said[0].starts_with("2 term: "));
  CHECK(said[1] == "1 nak: not yet");
  CHECK(said[2] == "3 given back");
  CHECK(said[3] == "4 ack");
  CHECK(calls == Calls{"1 2 3 "});
}

TEST_CASE("A batch handler that throws has failed all that it left unsettled, and is told once") {
  Ears ears([&](EventRegistry& r) {
    r.on_stream("bells.#", "audit", {}, [&](std::span<Delivery* const> batch) {
      batch.front()->ack();
      throw std::runtime_error("half way");
    });
  });
  CHECK(ears.deliver({rang(1), rang(2), rang(3)}) == Calls{"1 ack", "2 failed: half way", "3 failed: half way"});
  CHECK(ears.failed.size() == 1);
}

TEST_CASE("What a batch handler publishes begins a chain of its own") {
  ashlar::Metadata echoed;
  Ears* self = nullptr;
  Ears ears([&](EventRegistry& r) {
    r.on_stream("bells.#", "audit", {},
                [&](std::span<Delivery* const>) { self->house.bus("ears").publish(Echoed{1}); });
    r.on([&](const Echoed&, const EventContext& c) { echoed = c.metadata(); });
  });
  self = &ears;
  CHECK(ears.deliver({rang(1), rang(2)}) == Calls{"1 ack", "2 ack"});
  CHECK(echoed.causation_id.empty());
  CHECK(echoed.correlation_id == echoed.id.to_string());
  CHECK(echoed.tenant_id.empty());
}

TEST_CASE("One consumer has a handler for each of its events, and what none takes is acked") {
  Calls calls;
  Ears ears([&](EventRegistry& r) {
    auto audit = r.stream("audit");
    audit.on("#", [&](const Envelope& e) { calls.push_back("pattern " + std::string(e.name())); });
    audit.on([&](const Rang&) { calls.push_back("rang"); });
  });
  CHECK(ears.deliver({rang(1), stored("ears.bell.echoed", R"({"number":1})")}) == Calls{"1 ack", "2 ack"});
  CHECK(calls == Calls{"rang", "pattern ears.bell.echoed"});
}

TEST_CASE("C5: Middleware wraps stream handlers") {
  class Writing final : public ashlar::Middleware {
   public:
    explicit Writing(Calls& calls) : calls_(calls) {}
    void around(const ashlar::HandlerCall& call, const ashlar::Next& next) override {
      calls_.push_back("before " + call.event().id().to_string());
      next();
      calls_.push_back("after");
    }

   private:
    Calls& calls_;
  };
  Calls calls;
  ashlar::HostOptions options;
  options.middleware.push_back(std::make_shared<Writing>(calls));
  Ears ears([&](EventRegistry& r) { r.on_stream<Rang>("audit", {}, [&](const Rang&) { calls.push_back("heard"); }); },
            std::move(options));
  const ashlar::StoredEvent event = rang(1);
  ears.deliver({event});
  CHECK(calls == Calls{"before " + event.metadata.id.to_string(), "heard", "after"});
}

TEST_CASE("C6: Calls and failures of stream handlers are counted") {
  Ears ears([&](EventRegistry& r) {
    r.on_stream<Rang>("audit", {}, [&](const Rang& e) {
      if (e.number < 0) throw std::runtime_error("no");
    });
  });
  ears.deliver({rang(1), rang(-1), rang(2), broken()});
  const auto statistics = ears.house.host().describe().events.front().handlers.front().statistics;
  CHECK(statistics.calls == 3);
  CHECK(statistics.failures == 2);
}
