#include <ashlar/testing/recording_bus.hpp>
#include <ashlar/testing/virtual_clock.hpp>
#include <doctest/doctest.h>
#include <string>
#include <thread>
#include <vector>

#include "theatre.hpp"

using ashlar::testing::RecordingBus;
using tickets::BoxOffice;
using tickets::TicketCancelled;
using tickets::TicketSold;

namespace {

// No test asks a recording for it.
struct Unasked {
  std::string secret;
};
ASHLAR_EVENT(Unasked, "tests.event.unasked", 1, secret)

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("G1: what was published is there with its type, in order") {
  RecordingBus bus;
  BoxOffice office{bus};
  office.sell("1", "A1");
  office.sell("2", "A2");
  office.cancel("1");

  CHECK(bus.published<TicketSold>().size() == 2);
  CHECK(bus.published<TicketSold>()[0].seat == "A1");
  CHECK(bus.published<TicketSold>().back().ticket_id == "2");
  CHECK(bus.only<TicketCancelled>().ticket_id == "1");
  std::string seats;
  for (const TicketSold& sold : bus.published<TicketSold>()) seats += sold.seat;
  CHECK(seats == "A1A2");
}

TEST_CASE("G1: the events' metadata is there") {
  ashlar::testing::VirtualClock clock;
  RecordingBus bus("box_office", clock);
  {
    const ashlar::CorrelationScope scope({.correlation_id = "call-7", .tenant_id = "north", .user_id = "ann"});
    BoxOffice{bus}.sell("1", "A1");
  }
  const ashlar::Metadata metadata = bus.published<TicketSold>().metadata(0);
  CHECK(metadata.name == "tickets.ticket.sold");
  CHECK(metadata.version == 1);
  CHECK(metadata.source == "box_office");
  CHECK(metadata.time == clock.now());
  CHECK(metadata.correlation_id == "call-7");
  CHECK(metadata.tenant_id == "north");
  CHECK(metadata.user_id == "ann");
  CHECK(metadata.id != ashlar::Uuid{});
}

TEST_CASE("G1: none, exactly and in_order hold where they should") {
  RecordingBus bus;
  CHECK(bus.nothing());
  CHECK(bus.none<TicketSold>());
  BoxOffice office{bus};
  office.sell("1", "A1");
  office.cancel("1");
  CHECK(bus.exactly<TicketSold>(1));
  CHECK(bus.in_order<TicketSold, TicketCancelled>());
  CHECK_FALSE(bus.in_order<TicketCancelled, TicketSold>());
  CHECK_FALSE(bus.in_order<TicketSold, TicketSold>());
  CHECK_FALSE(bus.exactly<TicketSold>(2));
  CHECK_FALSE(bus.none<TicketSold>());
  CHECK_FALSE(bus.nothing());
}

TEST_CASE("G1: a failed expectation prints what was published instead") {
  RecordingBus bus("box_office");
  BoxOffice{bus}.sell("1", "A1");

  const std::string none = bus.none<TicketSold>().text();
  CHECK(holds(none, "tickets.ticket.sold was published once, but should not have been; 1 event was published:"));
  CHECK(holds(none, R"(1. tickets.ticket.sold {"ticket_id":"1","seat":"A1"} (id )"));
  CHECK(holds(none, "from box_office"));

  const std::string exactly = bus.exactly<TicketCancelled>(2).text();
  CHECK(holds(exactly, "tickets.ticket.cancelled was not published, instead of 2 times; 1 event was published:"));
  CHECK(holds(exactly, R"({"ticket_id":"1","seat":"A1"})"));

  CHECK(holds(bus.in_order<TicketSold, TicketCancelled>().text(),
              "tickets.ticket.cancelled was not published after tickets.ticket.sold; 1 event"));
  CHECK(holds(RecordingBus().exactly<TicketSold>(1).text(), "nothing was published"));
}

TEST_CASE("G1: doctest prints a failed expectation's text, and events as JSON") {
  RecordingBus bus;
  CHECK(holds(doctest::toString(bus.exactly<TicketSold>(1)).c_str(), "was not published, instead of once"));
  CHECK(doctest::toString(TicketCancelled{"7"}) == R"({"ticket_id":"7"})");
  CHECK(bus.published<TicketSold>().empty());
}

TEST_CASE("G1: an event that no test names is printed by its name") {
  RecordingBus bus;
  bus.publish(Unasked{.secret = "x"});
  CHECK(holds(bus.to_string(), "tests.event.unasked (data not shown: no test of this executable names"));
}

TEST_CASE("G1: only<E>() says what there was where it was not one") {
  RecordingBus bus;
  CHECK_THROWS_WITH_AS(bus.only<TicketSold>(),
                       "tickets.ticket.sold was not published, instead of once; nothing was published", ashlar::Error);
  CHECK_THROWS_WITH_AS(bus.published<TicketSold>()[1],
                       "tickets.ticket.sold was not published, so there is none at index 1", ashlar::Error);
  BoxOffice{bus}.sell("1", "A1");
  BoxOffice{bus}.sell("2", "A2");
  CHECK_THROWS_AS(bus.only<TicketSold>(), ashlar::Error);
}

TEST_CASE("G1: a publish can be made to come back with a failed handler") {
  RecordingBus bus;
  bus.fail<TicketSold>("the printer is on fire");
  bus.fail<TicketSold>("again");
  BoxOffice office{bus};
  office.cancel("0");
  const ashlar::PublishReport first = office.sell("1", "A1");
  REQUIRE(first.failures().size() == 1);
  CHECK(first.failures()[0].message == "the printer is on fire");
  CHECK(first.failures()[0].event == "tickets.ticket.sold");
  CHECK(first.failures()[0].event_id == bus.published<TicketSold>().metadata(0).id.to_string());
  CHECK(office.sell("2", "A2").failures()[0].message == "again");
  CHECK(office.sell("3", "A3").ok());
  CHECK(bus.exactly<TicketSold>(3));
}

TEST_CASE("G1: clear() forgets what was published") {
  RecordingBus bus;
  BoxOffice{bus}.sell("1", "A1");
  bus.clear();
  CHECK(bus.nothing());
  BoxOffice{bus}.sell("2", "A2");
  CHECK(bus.only<TicketSold>().seat == "A2");
}

TEST_CASE("G1: many threads may publish while others look") {
  RecordingBus bus;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        BoxOffice{bus}.sell("1", "A1");
        static_cast<void>(bus.published<TicketSold>().size());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(bus.exactly<TicketSold>(400));
}
