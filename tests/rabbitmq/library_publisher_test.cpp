#include "library_support.hpp"

using namespace library_test;
using namespace std::chrono_literals;
using namespace ashlar::bridge;
using ashlar::rabbitmq::Publication;
using ashlar::rabbitmq::Publisher;
using ashlar::rabbitmq::PublisherOptions;
using ashlar::rabbitmq::PublisherStatus;
using Outcome = Sent::Outcome;

namespace {

std::optional<Outcome> outcome(const Publication& publication) {
  const auto sent = publication.wait(patience);
  return sent ? std::optional(sent->outcome) : std::nullopt;
}

}  // namespace

TEST_CASE("F1: a publisher says of each event whether a queue has it, and why not") {
  Place place;
  Publisher publisher(place.broker(), place.publisher());
  CHECK(outcome(publisher.publish(Placed{"o-1", 1})) == Outcome::confirmed);

  const Publication nowhere = publisher.publish(Placed{"o-2", 2}, "stock.reserved");
  CHECK(outcome(nowhere) == Outcome::returned);
  CHECK(nowhere.result()->reason.find("stock.reserved") != std::string::npos);

  place.exchange.refuse(1);
  CHECK(outcome(publisher.publish(Placed{"o-3", 3})) == Outcome::refused);
  CHECK(outcome(publisher.publish(Placed{"o-4", 4})) == Outcome::confirmed);

  CHECK((place.numbers() == std::vector<int>{1, 4}));
  const PublisherStatus status = publisher.health();
  CHECK(status.healthy());
  CHECK(status.line.connects == 1);
  CHECK(status.confirmed == 2);
  CHECK(status.returned == 1);
  CHECK(status.refused == 1);
  CHECK(status.unconfirmed + status.waiting == 0);
  CHECK(status.last_error == "the exchange does not take it");
  CHECK(place.lines_with("an event was not published") == 1);  // the first of a row
}

TEST_CASE("F1: what becomes of an event can be asked, waited for and observed") {
  Place place;
  Publisher publisher(place.broker(), place.publisher());
  place.exchange.block();
  REQUIRE(wait_until([&] { return publisher.health().line.state == LinkState::blocked; }));
  CHECK(!publisher.health().healthy());

  Heard heard;
  Publication publication = publisher.publish(Placed{"o-1", 1});
  publication.then([&](const Sent&) { heard.add("first"); });
  publication.then([&](const Sent& sent) {
    heard.add(sent.outcome == Outcome::confirmed ? "confirmed" : "not confirmed");
    throw std::runtime_error("an observer's own affair");
  });
  CHECK(!publication.wait(1ms).has_value());
  CHECK(!publication.result().has_value());
  CHECK(publisher.health().unconfirmed == 1);

  place.exchange.unblock();
  CHECK(outcome(publication) == Outcome::confirmed);
  CHECK((heard.wait_for(2) == std::vector<std::string>{"first", "confirmed"}));
  publication.then([&](const Sent&) { heard.add("at once"); });
  CHECK(heard.lines().back() == "at once");
}

TEST_CASE("F2: events that are published before there is a broker wait for it, in order") {
  Place place;
  place.exchange.go_away();
  Publisher publisher(place.broker(), place.publisher());
  std::vector<Publication> publications;
  for (int i = 0; i < 50; ++i) publications.push_back(publisher.publish(Placed{"o", i}));
  CHECK(publisher.health().waiting == 50);
  CHECK(!publisher.health().healthy());
  place.exchange.come_back();
  for (const Publication& publication : publications) CHECK(outcome(publication) == Outcome::confirmed);
  std::vector<int> expected;
  for (int i = 0; i < 50; ++i) expected.push_back(i);
  CHECK((place.numbers() == expected));
}

TEST_CASE("F2: what is lost with a line is published again under its id, before everything newer") {
  Place place;
  Publisher publisher(place.broker(), place.publisher());
  CHECK(outcome(publisher.publish(Placed{"o", 0})) == Outcome::confirmed);
  place.exchange.block();
  std::vector<Publication> publications;
  for (int i = 1; i <= 3; ++i) publications.push_back(publisher.publish(Placed{"o", i}));
  place.exchange.go_away();
  REQUIRE(wait_until([&] { return publisher.health().waiting == 3; }));
  publications.push_back(publisher.publish(Placed{"o", 4}));
  place.exchange.unblock();
  place.exchange.come_back();
  for (const Publication& publication : publications) CHECK(outcome(publication) == Outcome::confirmed);
  CHECK((place.numbers() == std::vector<int>{0, 1, 2, 3, 4}));
  const auto messages = place.exchange.messages("work");
  for (std::size_t i = 0; i < publications.size(); ++i) {
    CHECK(messages[i + 1].message_id == publications[i].id().to_string());
  }
}

TEST_CASE("F2: lines that go again and again lose nothing, and each thread's events stay in order") {
  Place place;
  Publisher publisher(place.broker(), place.publisher());
  constexpr int threads = 3;
  constexpr int each = 700;
  std::vector<std::vector<Publication>> publications(threads);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        publications[static_cast<std::size_t>(t)].push_back(publisher.publish(Placed{std::to_string(t), i}));
        if (i % 100 == 50) place.exchange.cut();
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  bool all_confirmed = true;
  for (const auto& of_thread : publications) {
    for (const Publication& publication : of_thread) {
      all_confirmed = all_confirmed && outcome(publication) == Outcome::confirmed;
    }
  }
  CHECK(all_confirmed);
  CHECK(publisher.health().confirmed == threads * each);

  // Some may be there twice; the first of each came in order.
  std::map<std::string, int> next;
  bool in_order = true;
  for (const Message& message : place.exchange.messages("work")) {
    const auto placed = ashlar::from_json<Placed>(read(message, {}, {}).data);
    int& expected = next[placed.order];
    if (placed.number == expected) ++expected;
    in_order = in_order && placed.number < expected;
  }
  CHECK(in_order);
  for (const auto& [order, count] : next) CHECK(count == each);
}

TEST_CASE("F2: an event for which there is no line in time is given up, and said to be") {
  Place place;
  ashlar::testing::VirtualClock clock;
  place.exchange.go_away();
  PublisherOptions options = place.publisher();
  options.clock = &clock;
  options.give_up_after = 30s;
  Publisher publisher(place.broker(), options);
  const Publication first = publisher.publish(Placed{"o", 1});
  REQUIRE(clock.wait_for_waiters(1));
  clock.advance(29s);
  const Publication second = publisher.publish(Placed{"o", 2});
  CHECK(!first.result().has_value());
  REQUIRE(wait_until([&] {
    clock.advance(1s);
    return first.result().has_value();
  }));
  CHECK(first.result()->outcome == Outcome::lost);
  CHECK(first.result()->reason.find("not published within 30s") == 0);
  place.exchange.come_back();
  // Whether the second made it depends on the moment; it is told.
  CHECK(second.wait(patience).has_value());
  CHECK(publisher.health().lost >= 1);
  CHECK(place.lines_with("an event was not published") >= 1);
}

TEST_CASE("F2: a publisher keeps so many events and no more: it refuses, or waits for room as long as it is told") {
  Place place;
  place.exchange.go_away();
  PublisherOptions options = place.publisher();
  options.most_waiting = 2;
  SUBCASE("refuses") {
    Publisher publisher(place.broker(), options);
    publisher.publish(Placed{"o", 1});
    publisher.publish(Placed{"o", 2});
    const Publication third = publisher.publish(Placed{"o", 3});
    REQUIRE(third.result().has_value());
    CHECK(third.result()->outcome == Outcome::refused);
    CHECK(third.result()->reason.find("2 events are not confirmed") == 0);
    place.exchange.come_back();
    publisher.stop(patience);
    CHECK((place.numbers() == std::vector<int>{1, 2}));
  }
  SUBCASE("waits") {
    options.wait_for_room = patience;
    Publisher publisher(place.broker(), options);
    publisher.publish(Placed{"o", 1});
    publisher.publish(Placed{"o", 2});
    std::thread late([&] { place.exchange.come_back(); });
    const Publication third = publisher.publish(Placed{"o", 3});
    late.join();
    CHECK(outcome(third) == Outcome::confirmed);
    publisher.stop(patience);
    CHECK((place.numbers() == std::vector<int>{1, 2, 3}));
  }
}

TEST_CASE("F2: an observer publishes what follows, and never waits for the room that it holds up itself") {
  Place place;
  PublisherOptions options = place.publisher();
  options.most_waiting = 1;
  options.wait_for_room = patience;
  Publisher publisher(place.broker(), options);
  place.exchange.block();
  REQUIRE(wait_until([&] { return publisher.health().line.state == LinkState::blocked; }));
  Heard heard;
  std::optional<Publication> follows;
  publisher.publish(Placed{"o", 1}).then([&](const Sent&) {
    follows = publisher.publish(Placed{"o", 2});
    const auto third = publisher.publish(Placed{"o", 3}).result();
    CHECK_THROWS_AS(publisher.stop(patience), ashlar::Error);
    heard.add(third && third->outcome == Outcome::refused ? "refused" : "not known");
  });
  place.exchange.unblock();
  CHECK((heard.wait_for(1) == std::vector<std::string>{"refused"}));
  CHECK(outcome(*follows) == Outcome::confirmed);
  CHECK((place.numbers() == std::vector<int>{1, 2}));
}

TEST_CASE("F2: a publisher that stops waits for what is on its way, and says what it had to give up") {
  Place place;
  Publisher publisher(place.broker(), place.publisher());
  SUBCASE("waits") {
    place.exchange.go_away();
    REQUIRE(wait_until([&] { return !publisher.health().healthy(); }));
    const Publication waits = publisher.publish(Placed{"o", 1});
    std::thread late([&] { place.exchange.come_back(); });
    publisher.stop(patience);
    late.join();
    REQUIRE(waits.result().has_value());
    CHECK(waits.result()->outcome == Outcome::confirmed);
  }
  SUBCASE("gives up") {
    REQUIRE(wait_until([&] { return publisher.health().healthy(); }));
    place.exchange.block();
    const Publication on_the_line = publisher.publish(Placed{"o", 1});
    place.exchange.go_away();
    const Publication waits = publisher.publish(Placed{"o", 2});
    publisher.stop(0ms);
    REQUIRE(on_the_line.result().has_value());
    REQUIRE(waits.result().has_value());
    CHECK(on_the_line.result()->outcome == Outcome::lost);
    CHECK(waits.result()->outcome == Outcome::lost);
    CHECK(publisher.health().lost == 2);
  }
  const Publication late = publisher.publish(Placed{"o", 3});
  REQUIRE(late.result().has_value());
  CHECK(late.result()->outcome == Outcome::refused);
  CHECK(late.result()->reason == "the publisher has stopped");
}

TEST_CASE("F6: a publisher makes up the metadata that nobody gives, and carries what is given, in each format") {
  for (const WireFormat format : {WireFormat::domain_event, WireFormat::aggregate, WireFormat::aggregate_camel,
                                  WireFormat::bare, WireFormat::cloudevents}) {
    CAPTURE(name_of(format));
    Place place;
    PublisherOptions options = place.publisher();
    options.format = format;
    Publisher publisher(place.broker(), options);
    publisher.describe<Placed>({.key = &Placed::order, .aggregate_type = "Purchase"});
    const Publication plain = publisher.publish(Placed{"o-1", 1});
    const ashlar::Metadata cause{
        .id = plain.id(), .name = "orders.order.placed", .tenant_id = "acme", .user_id = "u-1"};
    const Publication told =
        publisher.publish(PlacedAgain{2}, "orders.order.elsewhere", ashlar::rabbitmq::caused_by(cause));
    CHECK(outcome(plain) == Outcome::confirmed);
    CHECK(outcome(told) == Outcome::confirmed);

    const auto messages = place.exchange.messages("work");
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].routing_key == "orders.order.placed");
    CHECK(messages[0].app_id == "shop");
    CHECK((messages[0].body.find("Purchase") != std::string::npos) ==
          (format == WireFormat::aggregate || format == WireFormat::aggregate_camel));
    const WireEvent first = read(messages[0], {}, {});
    CHECK(first.metadata.id == plain.id());
    CHECK(first.metadata.name == "orders.order.placed");
    CHECK(first.metadata.version == 1);
    CHECK(first.metadata.source == "shop");
    CHECK(first.metadata.correlation_id == plain.id().to_string());
    CHECK(first.metadata.key == "o-1");
    CHECK((ashlar::from_json<Placed>(first.data) == Placed{"o-1", 1}));

    CHECK(messages[1].routing_key == "orders.order.elsewhere");
    const WireEvent second = read(messages[1], {}, {});
    CHECK(second.metadata.version == 2);
    CHECK(second.metadata.correlation_id == plain.id().to_string());
    CHECK(second.metadata.causation_id == plain.id().to_string());
    CHECK(second.metadata.tenant_id == "acme");
    CHECK(second.metadata.user_id == "u-1");
  }
}

TEST_CASE("F6: a publisher takes data as JSON for an event that is known by name, and nothing that is none") {
  Place place;
  Publisher publisher(place.broker(), place.publisher());
  CHECK(outcome(publisher.publish_json("stock.item.reserved@3", "{}")) == Outcome::returned);
  CHECK(outcome(publisher.publish_json("orders.order.placed@2", R"({"number":7})", "orders.x",
                                       {.tenant_id = "acme"})) == Outcome::confirmed);
  CHECK(outcome(publisher.publish({.metadata = {.name = "orders.order.placed", .source = "import", .key = "o-1"},
                                   .data = R"({"order":"o-1","number":8})",
                                   .traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})) ==
        Outcome::confirmed);
  const auto messages = place.exchange.messages("work");
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].routing_key == "orders.x");
  const WireEvent first = read(messages[0], {}, {});
  CHECK(first.metadata.version == 2);
  CHECK(first.metadata.tenant_id == "acme");
  const WireEvent second = read(messages[1], {}, {});
  CHECK(second.metadata.source == "import");
  CHECK(second.metadata.key == "o-1");
  CHECK(second.traceparent.starts_with("00-4bf9"));

  CHECK_THROWS_AS(publisher.publish_json("orders.order.placed", "{"), ashlar::Error);
  CHECK_THROWS_AS(publisher.publish_json("orders.order.placed", R"({},"tenantId":"another")"), ashlar::Error);
  CHECK_THROWS_AS(publisher.publish_json("OrderPlaced", "{}"), ashlar::Error);
  CHECK_THROWS_AS(publisher.publish_json("orders.#", "{}"), ashlar::Error);
  CHECK_THROWS_AS(publisher.publish({.metadata = {.name = "x"}, .data = "{}", .traceparent = {}}), ashlar::Error);
  CHECK_THROWS_AS(publisher.publish(Placed{"\xff", 1}), ashlar::JsonError);
  CHECK(place.exchange.messages("work").size() == 2);
}

TEST_CASE("a publisher says which of its options is wrong") {
  const auto refuses = [](PublisherOptions options, const std::string& part) {
    Place place;
    try {
      const Publisher publisher(place.broker(), std::move(options));
    } catch (const ashlar::Error& error) {
      return std::string(error.what()).find(part) != std::string::npos;
    }
    return false;
  };
  CHECK(refuses({.exchange = "e"}, "name is empty"));
  CHECK(refuses({.name = "shop", .exchange = "e", .format = WireFormat::automatic}, "`auto` is for reading"));
  CHECK(refuses({.name = "shop", .exchange = "e", .most_waiting = 0}, "most_waiting"));
  CHECK_THROWS_AS(Publisher({.urls = {"http://x"}}, {.name = "shop", .exchange = "e"}), ashlar::Error);
  Place place;
  Publisher publisher(place.broker(), place.publisher());
  publisher.describe<Placed>({.routing_key = "a"});
  CHECK_THROWS_WITH_AS(publisher.describe<Placed>({}),
                       "publisher 'shop': event 'orders.order.placed' is described already", ashlar::Error);
}
