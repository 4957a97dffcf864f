#include <ashlar/envelope.hpp>
#include <ashlar/event_context.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

using ashlar::CorrelationScope;
using ashlar::EventContext;
using ashlar::Metadata;
using ashlar::PublishOptions;
using support::emits;
using support::House;
using namespace std::chrono_literals;

namespace {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct StockReserved {
  std::int64_t amount = 0;
};
ASHLAR_EVENT(StockReserved, "stock.stock.reserved", 2, amount)

struct UserSeen {
  ashlar::Uuid user;
};
ASHLAR_EVENT(UserSeen, "users.user.seen", 1, user)

// Orders, whose every event makes stock publish one of its own; the metadata of all are kept.
class Chain {
 public:
  Chain() {
    house.with("orders", {.declare = [](auto& d) { d.template emits<OrderPlaced>().key(&OrderPlaced::order_id); }})
        .with("stock",
              {.declare = [](auto& d) { d.template emits<StockReserved>().key(&StockReserved::amount); },
               .handlers =
                   [this](auto& r) {
                     r.on([this](const OrderPlaced&, const EventContext& c) {
                       placed.push_back(c.metadata());
                       if (inside) return inside();
                       house.bus("stock").publish(StockReserved{-5}, nested_options);
                     });
                     r.on([this](const StockReserved&, const EventContext& c) { reserved.push_back(c.metadata()); });
                   }})
        .with("users", {.declare = [](auto& d) { d.template emits<UserSeen>().key(&UserSeen::user); }})
        .start();
  }

  void publish(const PublishOptions& options = {}) { house.bus("orders").publish(OrderPlaced{"7"}, options); }

  House house;
  std::vector<Metadata> placed;
  std::vector<Metadata> reserved;
  PublishOptions nested_options;
  std::function<void()> inside;  // instead of publishing at once
};

const ashlar::Uuid known_id = *ashlar::Uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");

}  // namespace

TEST_CASE("metadata: an event has a name, a version, a source and a key, a new UUIDv7 and the host's time") {
  Chain chain;
  chain.publish();
  chain.publish();
  REQUIRE(chain.placed.size() == 2);
  REQUIRE(chain.reserved.size() == 2);
  const Metadata placed = chain.placed[0];
  CHECK(placed.name == "orders.order.placed");
  CHECK(placed.version == 1);
  CHECK(placed.source == "orders");
  CHECK(placed.key == "7");
  CHECK(placed.time == chain.house.clock().now());
  CHECK((placed.id.bytes[6] >> 4) == 7);
  CHECK((placed.id.bytes[8] >> 6) == 2);
  CHECK(chain.reserved[0].name == "stock.stock.reserved");
  CHECK(chain.reserved[0].version == 2);
  CHECK(chain.reserved[0].source == "stock");
  CHECK(chain.reserved[0].key == "-5");
  CHECK(chain.placed[0].id < chain.reserved[0].id);
  CHECK(chain.reserved[0].id < chain.placed[1].id);

  chain.house.clock().advance(90s);
  chain.publish();
  CHECK(chain.placed[2].time == placed.time + 90s);
}

TEST_CASE("metadata: a key may be a UUID, and an event without one has none") {
  House house;
  std::vector<std::string> keys;
  house
      .with("users",
            {.declare =
                 [](auto& d) {
                   d.template emits<UserSeen>().key(&UserSeen::user);
                   d.template emits<OrderPlaced>();
                 },
             .handlers = [&](auto& r) { r.on("#", [&](const ashlar::Envelope& e) { keys.push_back(e.key()); }); }})
      .start();
  house.bus("users").publish(UserSeen{known_id});
  house.bus("users").publish(OrderPlaced{"7"});
  CHECK(keys == std::vector<std::string>{known_id.to_string(), ""});
}

TEST_CASE("metadata: id and time are the same for all handlers of one publish, also where the first did not ask") {
  House house;
  std::vector<ashlar::Uuid> ids;
  std::vector<ashlar::Time> times;
  const auto ask = [&](const EventContext& c) {
    ids.push_back(c.id());
    times.push_back(c.time());
    house.clock().advance(1s);
  };
  house
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers =
                           [&](auto& r) {
                             r.on([](const OrderPlaced&) {});
                             r.on([&](const OrderPlaced&, const EventContext& c) { ask(c); });
                             r.on("#", [&](const ashlar::Envelope& e) { ask(e); });
                             r.on([&](const OrderPlaced&, const EventContext& c) { ask(c); });
                             r.on([](const OrderPlaced&) { throw 1; }, {.name = "failing"});
                           }})
      .start();
  const auto live = house.host().live_events().subscribe("#", [&](const ashlar::Envelope& e) { ask(e); });
  const auto report = house.bus("orders").publish(OrderPlaced{});
  REQUIRE(ids.size() == 4);
  for (const auto& id : ids) CHECK(id == ids[0]);
  for (const auto& time : times) CHECK(time == times[0]);
  CHECK(report.failures().at(0).event_id == ids[0].to_string());
  house.bus("orders").publish(OrderPlaced{});
  CHECK(ids[4] != ids[0]);
}

TEST_CASE("metadata: the context's parts are those of metadata()") {
  House house;
  house
      .with("orders", {.declare = [](auto& d) { d.template emits<OrderPlaced>().key(&OrderPlaced::order_id); },
                       .handlers =
                           [&](auto& r) {
                             r.on([](const OrderPlaced&, const EventContext& c) {
                               const Metadata all = c.metadata();
                               CHECK(c.name() == all.name);
                               CHECK(c.version() == all.version);
                               CHECK(c.id() == all.id);
                               CHECK(c.time() == all.time);
                               CHECK(c.source() == all.source);
                               CHECK(c.correlation_id() == all.correlation_id);
                               CHECK(c.causation_id() == all.causation_id);
                               CHECK(c.tenant_id() == all.tenant_id);
                               CHECK(c.user_id() == all.user_id);
                               CHECK(c.key() == all.key);
                               CHECK(all.user_id == "ann");
                             });
                           }})
      .start();
  CHECK(house.bus("orders").publish(OrderPlaced{"7"}, {.user_id = "ann"}).to_string() == "1 handler");
}

TEST_CASE(
    "metadata: where nobody set a correlation, it is the id of the chain's first event; the cause is the event "
    "handled") {
  Chain chain;
  chain.publish();
  const Metadata& first = chain.placed.at(0);
  const Metadata& second = chain.reserved.at(0);
  CHECK(first.correlation_id == first.id.to_string());
  CHECK(first.causation_id.empty());
  CHECK(first.tenant_id.empty());
  CHECK(first.user_id.empty());
  CHECK(second.correlation_id == first.id.to_string());
  CHECK(second.causation_id == first.id.to_string());
}

TEST_CASE("metadata: correlation, tenant and user go from handler to handler, down the whole chain") {
  House house;
  std::vector<Metadata> seen;
  house.with("orders", {.declare = emits<OrderPlaced>(), .handlers = [&](auto& r) {
                          r.on([&](const OrderPlaced& e, const EventContext& c) {
                            if (e.order_id.size() < 4) house.bus("orders").publish(OrderPlaced{e.order_id + "+"});
                            seen.insert(seen.begin(), c.metadata());
                          });
                        }});
  house.start();
  house.bus("orders").publish(OrderPlaced{}, {.correlation_id = "request 1", .tenant_id = "acme", .user_id = "ann"});
  REQUIRE(seen.size() == 5);
  CHECK(seen[0].causation_id.empty());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    CHECK(seen[i].correlation_id == "request 1");
    CHECK(seen[i].tenant_id == "acme");
    CHECK(seen[i].user_id == "ann");
    if (i > 0) CHECK(seen[i].causation_id == seen[i - 1].id.to_string());
  }
}

TEST_CASE("metadata: publish options override everything that would be inherited or made up") {
  Chain chain;
  const ashlar::Time time{std::chrono::sys_days{std::chrono::year{2020} / 2 / 29}};
  chain.nested_options = {
      .id = known_id, .time = time, .correlation_id = "c", .causation_id = "because", .tenant_id = "t", .user_id = "u"};
  const CorrelationScope scope({"request", "acme", "ann"});
  chain.publish({.tenant_id = "outer"});
  CHECK(chain.placed.at(0).correlation_id == "request");
  CHECK(chain.placed[0].tenant_id == "outer");
  CHECK(chain.placed[0].user_id == "ann");
  const Metadata& nested = chain.reserved.at(0);
  CHECK(nested.id == known_id);
  CHECK(nested.time == time);
  CHECK(nested.correlation_id == "c");
  CHECK(nested.causation_id == "because");
  CHECK(nested.tenant_id == "t");
  CHECK(nested.user_id == "u");
}

TEST_CASE("metadata: a correlation scope gives what it holds to every event of its thread while it lives") {
  Chain chain;
  {
    const CorrelationScope scope({.correlation_id = "request 1", .tenant_id = "acme", .user_id = "ann"});
    CHECK(scope.correlation().tenant_id == "acme");
    chain.publish();
    std::thread([&] { chain.publish(); }).join();
  }
  chain.publish();
  for (const std::vector<Metadata>& events : {chain.placed, chain.reserved}) {
    REQUIRE(events.size() == 3);
    CHECK(events[0].correlation_id == "request 1");
    CHECK(events[0].tenant_id == "acme");
    CHECK(events[0].user_id == "ann");
    for (std::size_t outside : {1u, 2u}) {
      CHECK(events[outside].correlation_id == chain.placed[outside].id.to_string());
      CHECK(events[outside].tenant_id.empty());
      CHECK(events[outside].user_id.empty());
    }
  }
}

TEST_CASE("metadata: scopes nest: the inner one overrides what it names, and nothing else") {
  Chain chain;
  const CorrelationScope outer({.correlation_id = "request", .tenant_id = "acme", .user_id = "ann"});
  {
    const CorrelationScope inner({.user_id = "bob"});
    const CorrelationScope empty(ashlar::Correlation{});
    chain.publish();
  }
  chain.publish();
  CHECK(chain.reserved.at(0).correlation_id == "request");
  CHECK(chain.reserved[0].tenant_id == "acme");
  CHECK(chain.reserved[0].user_id == "bob");
  CHECK(chain.reserved.at(1).user_id == "ann");
}

TEST_CASE(
    "metadata: what an event was published with goes before the scope around it, a scope inside the handler before "
    "both") {
  Chain chain;
  const CorrelationScope around({.correlation_id = "around", .tenant_id = "around", .user_id = "around"});
  chain.publish({.correlation_id = "event", .tenant_id = "event"});
  CHECK(chain.reserved.at(0).correlation_id == "event");
  CHECK(chain.reserved[0].tenant_id == "event");
  CHECK(chain.reserved[0].user_id == "around");

  chain.inside = [&] {
    const CorrelationScope inside({.tenant_id = "inside"});
    chain.house.bus("stock").publish(StockReserved{});
  };
  chain.publish({.correlation_id = "event", .tenant_id = "event"});
  CHECK(chain.reserved.at(1).correlation_id == "event");
  CHECK(chain.reserved[1].tenant_id == "inside");
  CHECK(chain.reserved[1].user_id == "around");
  CHECK(chain.reserved[1].causation_id == chain.placed.at(1).id.to_string());
}

TEST_CASE("metadata: another thread inherits nothing from the handler that started it") {
  Chain chain;
  chain.inside = [&] { std::thread([&] { chain.house.bus("stock").publish(StockReserved{}); }).join(); };
  chain.publish({.correlation_id = "request", .tenant_id = "acme", .user_id = "ann"});
  const Metadata& other = chain.reserved.at(0);
  CHECK(other.correlation_id == other.id.to_string());
  CHECK(other.causation_id.empty());
  CHECK(other.tenant_id.empty());
  CHECK(other.user_id.empty());
}

TEST_CASE("metadata: after a handler, failed or not, the next event inherits nothing from it") {
  Chain chain;
  for (const bool fail : {false, true}) {
    chain.inside = [&] {
      if (fail) throw 1;
    };
    chain.publish({.correlation_id = "request", .tenant_id = "acme"});
    chain.house.bus("stock").publish(StockReserved{});
    const Metadata& after = chain.reserved.back();
    CHECK(after.correlation_id == after.id.to_string());
    CHECK(after.causation_id.empty());
    CHECK(after.tenant_id.empty());
  }
}

TEST_CASE(
    "metadata: the second of two events that one handler publishes is caused by the same event, not by the first") {
  Chain chain;
  chain.inside = [&] {
    chain.house.bus("stock").publish(StockReserved{1});
    chain.house.bus("stock").publish(StockReserved{2});
  };
  chain.publish();
  REQUIRE(chain.reserved.size() == 2);
  CHECK(chain.reserved[0].causation_id == chain.placed.at(0).id.to_string());
  CHECK(chain.reserved[1].causation_id == chain.placed[0].id.to_string());
  CHECK(chain.reserved[1].correlation_id == chain.placed[0].id.to_string());
}
