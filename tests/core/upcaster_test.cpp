#include <ashlar/envelope.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "error_of.hpp"
#include "support.hpp"

using ashlar::Envelope;
using ashlar::EventContext;
using support::Calls;
using support::emits;
using support::House;

namespace {

struct PriceSet {
  std::string sku;
  int euros = 0;
};
ASHLAR_EVENT(PriceSet, "catalog.price.set", 1, sku, euros)

struct PriceSet2 {
  std::string sku;
  std::int64_t cents = 0;
};
ASHLAR_EVENT(PriceSet2, "catalog.price.set", 2, sku, cents)

struct PriceSet3 {
  std::string sku;
  std::int64_t cents = 0;
  std::string currency;
};
ASHLAR_EVENT(PriceSet3, "catalog.price.set", 3, sku, cents, currency)

PriceSet2 in_cents(const PriceSet& e) {
  if (e.euros < 0) throw std::range_error("a price below nothing");
  return {e.sku, e.euros * 100LL};
}
PriceSet3 with_currency(const PriceSet2& e) { return {e.sku, e.cents, "EUR"}; }

// A catalog whose events have three versions, each with a handler, and a chain of upcasters.
class Catalog {
 public:
  Catalog() {
    house
        .with("catalog", {.declare =
                              [](auto& d) {
                                d.template emits<PriceSet>().key(&PriceSet::sku);
                                d.template emits<PriceSet2>().key(&PriceSet2::sku);
                                d.template emits<PriceSet3>().key(&PriceSet3::sku);
                                d.upcasts(in_cents);
                                d.upcasts(with_currency);
                              }})
        .with("shelf", {.handlers = [this](auto& r) {
                r.on([this](const PriceSet& e, const EventContext& c) { note("v1 " + std::to_string(e.euros), c); });
                r.on([this](const PriceSet2& e, const EventContext& c) { note("v2 " + std::to_string(e.cents), c); });
                r.on([this](const PriceSet3& e, const EventContext& c) {
                  note("v3 " + std::to_string(e.cents) + " " + e.currency, c);
                });
              }});
    house.start();
  }

  House house;
  Calls calls;
  std::vector<ashlar::Metadata> metadata;

 private:
  void note(const std::string& call, const EventContext& context) {
    calls.push_back(call);
    metadata.push_back(context.metadata());
  }
};

}  // namespace

TEST_CASE("A3: version 1 and 2 of an event live side by side, each with its own handlers") {
  Catalog catalog;
  CHECK(catalog.house.bus("catalog").publish(PriceSet{"a", 3}).handlers() == 1);
  CHECK(catalog.house.bus("catalog").publish(PriceSet2{"a", 250}).handlers() == 1);
  CHECK(catalog.calls == Calls{"v1 3", "v2 250"});
  REQUIRE(catalog.metadata.size() == 2);
  CHECK(catalog.metadata[0].version == 1);
  CHECK(catalog.metadata[1].version == 2);
}

TEST_CASE("A3: an event of version 1 that arrives as JSON reaches the handlers of 2 and 3 through the upcasters") {
  Catalog catalog;
  const auto report = catalog.house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": 3})");
  CHECK(catalog.calls == Calls{"v1 3", "v2 300", "v3 300 EUR"});
  CHECK(report.ok());
  CHECK(report.handlers() == 3);
  Calls reported;
  for (const auto& outcome : report.outcomes()) reported.push_back(outcome.handler);
  CHECK(reported == Calls{"catalog.price.set", "catalog.price.set@2", "catalog.price.set@3"});
}

TEST_CASE("A3: an event of version 2 that arrives as JSON goes up from there") {
  Catalog catalog;
  catalog.house.bus("catalog").publish_json("catalog.price.set@2", R"({"sku": "a", "cents": 5})");
  CHECK(catalog.calls == Calls{"v2 5", "v3 5 EUR"});
  catalog.calls.clear();
  catalog.house.bus("catalog").publish_json("catalog.price.set@3", R"({"sku": "a", "cents": 5, "currency": "DKK"})");
  CHECK(catalog.calls == Calls{"v3 5 DKK"});
}

TEST_CASE("A3: the converted event has the metadata of the one that arrived, and the version of its data") {
  Catalog catalog;
  const ashlar::Uuid id = *ashlar::Uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  for (const ashlar::PublishOptions& options :
       {ashlar::PublishOptions{},
        ashlar::PublishOptions{
            .id = id, .time = ashlar::Time{std::chrono::hours{7}}, .tenant_id = "acme", .user_id = "ann"}}) {
    catalog.metadata.clear();
    catalog.house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": 3})", options);
    REQUIRE(catalog.metadata.size() == 3);
    const ashlar::Metadata& first = catalog.metadata[0];
    for (std::size_t i = 0; i < 3; ++i) {
      const ashlar::Metadata& each = catalog.metadata[i];
      CHECK(each.id == (options.id ? *options.id : first.id));
      CHECK(each.time == (options.time ? *options.time : catalog.house.clock().now()));
      CHECK(each.correlation_id == each.id.to_string());
      CHECK(each.causation_id.empty());
      CHECK(each.tenant_id == options.tenant_id);
      CHECK(each.user_id == options.user_id);
      CHECK(each.name == "catalog.price.set");
      CHECK(each.version == static_cast<int>(i) + 1);
      CHECK(each.key == "a");
    }
  }
}

TEST_CASE("A3: handlers by name@version get the JSON of that version; a pattern gets the event once, as it arrived") {
  House house;
  Calls calls;
  house
      .with("catalog", {.declare =
                            [](auto& d) {
                              d.template emits<PriceSet>();
                              d.template emits<PriceSet2>();
                              d.upcasts(in_cents);
                            }})
      .with("shelf", {.handlers = [&](auto& r) {
              for (const std::string name : {"catalog.price.set", "catalog.price.set@2", "catalog.#"}) {
                r.on(name, [&calls, name](const Envelope& e) { calls.push_back(name + ": " + std::string(e.data())); });
              }
            }});
  house.start();
  house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": 3})");
  CHECK(calls == Calls{R"(catalog.price.set: {"sku":"a","euros":3})", R"(catalog.#: {"sku":"a","euros":3})",
                       R"(catalog.price.set@2: {"sku":"a","cents":300})"});
}

TEST_CASE("A3: data that does not fit is an error with its place, before any handler has run") {
  Catalog catalog;
  ashlar::EventBus& bus = catalog.house.bus("catalog");
  try {
    bus.publish_json("catalog.price.set", R"({"sku": "a", "euros": "3"})");
    FAIL("nothing was thrown");
  } catch (const ashlar::JsonError& error) {
    CHECK(error.pointer() == "/euros");
  }
  CHECK_THROWS_AS(bus.publish_json("catalog.price.set", "{"), ashlar::JsonError);
  CHECK_THROWS_AS(bus.publish_json("catalog.price.set@2", R"({"sku": "a"})"), ashlar::JsonError);
  CHECK_THROWS_AS(bus.publish_json("catalog.price.set@4", "{}"), ashlar::PublishRefused);
  CHECK_THROWS_AS(bus.publish_json("nonsense", "{}"), ashlar::Error);
  CHECK(catalog.calls.empty());
}

TEST_CASE("A3: an upcaster that fails is a failure in the report, and the handlers of the arrived version have run") {
  Catalog catalog;
  int observed = 0;
  const auto observer = catalog.house.host().on_handler_failed([&](const auto&) { ++observed; });
  ashlar::PublishReport report;
  CHECK_NOTHROW(report =
                    catalog.house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": -1})"));
  CHECK(catalog.calls == Calls{"v1 -1"});
  REQUIRE(report.failures().size() == 1);
  CHECK(report.failures()[0].message == "a price below nothing");
  CHECK(report.failures()[0].event == "catalog.price.set");
  CHECK(report.failures()[0].handler.find("upcast") != std::string::npos);
  CHECK_FALSE(report.failures()[0].event_id.empty());
  CHECK(observed == 1);
  CHECK(catalog.house.log().contains("a price below nothing"));
}

TEST_CASE("A3: an upcaster that fails in the middle of a chain is reported, and the handlers before it have run") {
  House house;
  Calls calls;
  std::vector<std::string> ids;
  house
      .with("catalog", {.declare =
                            [](auto& d) {
                              d.template emits<PriceSet>();
                              d.template emits<PriceSet2>();
                              d.template emits<PriceSet3>();
                              d.upcasts(in_cents);
                              d.template upcasts<PriceSet2, PriceSet3>([](const PriceSet2& e) -> PriceSet3 {
                                if (e.cents > 1000) throw std::range_error("too dear");
                                return with_currency(e);
                              });
                            }})
      .with("shelf", {.handlers =
                          [&](auto& r) {
                            r.on([&](const PriceSet&, const EventContext& c) {
                              calls.emplace_back("v1");
                              ids.push_back(c.id().to_string());
                            });
                            r.on([&](const PriceSet2&) { calls.emplace_back("v2"); });
                            r.on([&](const PriceSet3&) { calls.emplace_back("v3"); });
                          }})
      .start();
  int observed = 0;
  const auto observer = house.host().on_handler_failed([&](const auto&) { ++observed; });
  ashlar::EventBus& bus = house.bus("catalog");
  const auto report = bus.publish_json("catalog.price.set", R"({"sku": "a", "euros": 11})");
  CHECK(calls == Calls{"v1", "v2"});
  CHECK(report.handlers() == 2);
  REQUIRE(report.failures().size() == 1);
  const ashlar::HandlerFailure& failure = report.failures()[0];
  CHECK(failure.message == "too dear");
  CHECK(failure.event == "catalog.price.set@2");
  CHECK(failure.handler == "upcaster to catalog.price.set@3");
  CHECK(failure.module == "catalog");
  CHECK(failure.event_id == ids.at(0));
  CHECK(observed == 1);
  CHECK_THROWS_AS(report.throw_if_failed(), ashlar::HandlersFailed);

  // Nothing of it sticks to the next event.
  CHECK(bus.publish_json("catalog.price.set", R"({"sku": "a", "euros": 1})").ok());
  CHECK(calls == Calls{"v1", "v2", "v1", "v2", "v3"});
}

TEST_CASE("A3: failures of handlers of converted events are in the report") {
  House house;
  house
      .with("catalog", {.declare =
                            [](auto& d) {
                              d.template emits<PriceSet>();
                              d.template emits<PriceSet2>();
                              d.template emits<PriceSet3>();
                              d.upcasts(in_cents);
                              d.upcasts(with_currency);
                            }})
      .with("shelf", {.handlers =
                          [](auto& r) {
                            r.on([](const PriceSet&) { throw std::runtime_error("one"); });
                            r.on([](const PriceSet2&) {});
                            r.on([](const PriceSet3&) { throw std::runtime_error("three"); });
                          }})
      .start();
  const auto report = house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": 3})");
  CHECK(report.handlers() == 3);
  REQUIRE(report.failures().size() == 2);
  CHECK(report.failures()[0].message == "one");
  CHECK(report.failures()[1].message == "three");
  CHECK(report.failures()[1].event == "catalog.price.set@3");
  REQUIRE(report.outcomes().size() == 3);
  CHECK(report.outcomes()[0].failed);
  CHECK_FALSE(report.outcomes()[1].failed);
  CHECK(report.outcomes()[2].failed);
}

TEST_CASE("A3: converted events count for the handlers that receive them, and for no other") {
  House house;
  house
      .with("catalog", {.declare =
                            [](auto& d) {
                              d.template emits<PriceSet>();
                              d.template emits<PriceSet2>();
                              d.upcasts(in_cents);
                            }})
      .with("shelf", {.handlers =
                          [](auto& r) {
                            r.on([](const PriceSet2&) { throw std::runtime_error("no"); }, {.name = "typed"});
                            r.on([](const PriceSet2&) { throw std::runtime_error("no"); },
                                 {.name = "in group", .group = "g"});
                            r.on("#", [](const Envelope&) {}, {.name = "pattern"});
                          }})
      .start();
  house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": 3})");
  house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": 3})");
  house.bus("catalog").publish(PriceSet2{"a", 300});
  Calls counted;
  const auto description = house.host().describe();
  for (const auto& event : description.events) {
    for (const auto& handler : event.handlers) {
      counted.push_back(handler.name + " of " + std::to_string(event.event.version) + ": " +
                        std::to_string(handler.statistics.calls) + " calls, " +
                        std::to_string(handler.statistics.failures) + " failures");
    }
  }
  CHECK(counted == Calls{"pattern of 1: 2 calls, 0 failures", "typed of 2: 3 calls, 3 failures",
                         "in group of 2: 3 calls, 3 failures", "pattern of 2: 1 calls, 0 failures"});
}

TEST_CASE("A3: converted events and those that were published take turns in one queue group") {
  House house;
  Calls calls;
  const auto handler = [&](const std::string& name) {
    return [&calls, name](const PriceSet2&) { calls.push_back(name); };
  };
  const auto pattern = [&](const std::string& name) {
    return [&calls, name](const Envelope&) { calls.push_back(name); };
  };
  house
      .with("catalog", {.declare =
                            [](auto& d) {
                              d.template emits<PriceSet>();
                              d.template emits<PriceSet2>();
                              d.upcasts(in_cents);
                            }})
      .with("shelf", {.handlers =
                          [&](auto& r) {
                            r.on("#", pattern("p"), {.name = "p", .group = "patterns alone"});
                            r.on(handler("a"), {.name = "a", .group = "g"});
                            r.on(handler("b"), {.name = "b", .group = "g"});
                            r.on(handler("c"), {.name = "c", .group = "mixed"});
                            r.on("#", pattern("q"), {.name = "q", .group = "mixed"});
                          }})
      .start();
  const auto calls_of = [&](const ashlar::PublishReport& report) {
    Calls reported;
    for (const auto& outcome : report.outcomes()) reported.push_back(outcome.handler);
    CHECK(reported == calls);
    return std::exchange(calls, {});
  };
  const std::string json = R"({"sku": "a", "euros": 3})";
  CHECK(calls_of(house.bus("catalog").publish(PriceSet2{"a", 1})) == Calls{"p", "a", "c"});
  CHECK(calls_of(house.bus("catalog").publish_json("catalog.price.set", json)) == Calls{"p", "q", "b", "c"});
  CHECK(calls_of(house.bus("catalog").publish(PriceSet2{"a", 1})) == Calls{"p", "a", "q"});
  CHECK(calls_of(house.bus("catalog").publish_json("catalog.price.set", json)) == Calls{"p", "q", "b", "c"});
}

TEST_CASE("A3: an upcaster whose events are not declared fails the start, and the error says which") {
  House undeclared;
  undeclared.with("catalog", {.declare = [](auto& d) {
                    d.template emits<PriceSet>();
                    d.upcasts(in_cents);
                  }});
  CHECK(error_of([&] { undeclared.start(); }) ==
        "module 'catalog' converts 'catalog.price.set' to 'catalog.price.set@2', but nobody declares "
        "'catalog.price.set@2': declare both versions with d.emits<>()");

  House source;
  source.with("catalog", {.declare = [](auto& d) {
                d.template emits<PriceSet2>();
                d.upcasts(in_cents);
              }});
  CHECK(error_of([&] { source.start(); }).find("nobody declares 'catalog.price.set':") != std::string::npos);
}

TEST_CASE("A3: two upcasters from one version fail the start, and the error names both ways") {
  House two;
  two.with("catalog", {.declare = [](auto& d) {
             d.template emits<PriceSet>();
             d.template emits<PriceSet2>();
             d.template emits<PriceSet3>();
             d.upcasts(in_cents);
             d.template upcasts<PriceSet, PriceSet3>([](const PriceSet& e) { return with_currency(in_cents(e)); });
           }});
  CHECK(error_of([&] { two.start(); })
            .starts_with("module 'catalog' converts 'catalog.price.set' to 'catalog.price.set@3', which goes to "
                         "'catalog.price.set@2' already: "));
}

TEST_CASE("A3: upcasters may be declared before the events, and by a module that starts earlier") {
  House house;
  Calls calls;
  house.with("archive", {.declare = [](auto& d) { d.upcasts(in_cents); }})
      .with("catalog",
            {.declare = emits<PriceSet, PriceSet2>(),
             .handlers = [&](auto& r) { r.on([&](const PriceSet2& e) { calls.push_back(std::to_string(e.cents)); }); }})
      .start();
  CHECK(house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": 3})").ok());
  CHECK(calls == Calls{"300"});
}

namespace another {

struct PriceSet2 {
  std::string sku;
};
ASHLAR_EVENT(PriceSet2, "catalog.price.set", 2, sku)

PriceSet2 without_price(const PriceSet& e) { return {e.sku}; }

}  // namespace another

TEST_CASE("A3: an upcaster to another type than the declared one fails the start") {
  House house;
  house.with("catalog", {.declare = [](auto& d) {
               d.template emits<PriceSet>();
               d.template emits<PriceSet2>();
               d.upcasts(another::without_price);
             }});
  const std::string error = error_of([&] { house.start(); });
  CHECK(error.find("with 'catalog.price.set@2' as type another::PriceSet2") != std::string::npos);
  CHECK(error.find("but module 'catalog' declares it as ") != std::string::npos);
}

TEST_CASE("A3: an upcaster may leave a version out") {
  House house;
  Calls calls;
  house
      .with("catalog", {.declare =
                            [](auto& d) {
                              d.template emits<PriceSet>();
                              d.template emits<PriceSet3>();
                              d.template upcasts<PriceSet, PriceSet3>(
                                  [](const PriceSet& e) { return with_currency(in_cents(e)); });
                            },
                        .handlers =
                            [&](auto& r) {
                              r.on([&](const PriceSet3& e) { calls.push_back(e.sku + " " + std::to_string(e.cents)); });
                            }})
      .start();
  CHECK(house.bus("catalog").publish_json("catalog.price.set", R"({"sku": "a", "euros": 3})").handlers() == 1);
  CHECK(calls == Calls{"a 300"});
}

TEST_CASE("A3: a value that arrives as JSON is handled like one that was published, unknown members left aside") {
  Catalog catalog;
  catalog.house.bus("catalog").publish_json("catalog.price.set@3",
                                            R"({"more": 1, "currency": "EUR", "cents": 9007199254740993, "sku": "a"})");
  CHECK(catalog.calls == Calls{"v3 9007199254740993 EUR"});
}
