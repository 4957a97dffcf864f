#include <ashlar/testing/test_host.hpp>
#include <chrono>
#include <doctest/doctest.h>
#include <stdexcept>
#include <string>
#include <thread>

#include "theatre.hpp"

using ashlar::ModuleState;
using ashlar::testing::TestHost;
using payments::PaymentFailed;
using seats::SeatTaken;
using theatre::EndlessSeats;
using tickets::TicketCancelled;
using tickets::TicketSold;
using tickets::Wish;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  EndlessSeats seats;
  TestHost host = TestHost::alone("tickets", theatre::modules())
                      .with<seats::Seats>(seats)
                      .emits<PaymentFailed, SeatTaken>()
                      .start();
};

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_FIXTURE(Fixture, "G3: what a stimulus brings is expected, by type and by content") {
  CHECK(host.when([&] { host.post("/tickets", Wish{"A1"}); })
            .expect<TicketSold>()
            .expect<TicketSold>([](const TicketSold& e) { return e.seat == "A1"; })
            .none<TicketCancelled>());
}

TEST_CASE_FIXTURE(Fixture, "G3: an event that another thread publishes later is waited for") {
  std::thread other;
  CHECK(host.when([&] { other = std::thread([&] { host.bus_of("payments").publish(PaymentFailed{"7"}); }); })
            .expect<TicketCancelled>([](const TicketCancelled& e) { return e.ticket_id == "7"; }));
  other.join();
}

TEST_CASE_FIXTURE(Fixture, "G3: the virtual clock brings what is due") {
  REQUIRE(host.clock().wait_for_waiter(1h));
  CHECK(host.when([&] { host.advance(59min); })
            .none<TicketCancelled>()
            .advance(1min)
            .expect<TicketCancelled>([](const TicketCancelled& e) { return e.ticket_id == "late"; }));
}

TEST_CASE_FIXTURE(Fixture, "G3: a state is waited for") {
  std::thread other;
  CHECK(host.when([&] { other = std::thread([&] { host.post("/audience/leaves", "{}"); }); })
            .expect_state("tickets", ModuleState::degraded));
  other.join();
  CHECK(host.when([] {}).expect_state("payments", ModuleState::running));
  CHECK_THROWS_AS(static_cast<void>(host.when([] {}).expect_state("nobody", ModuleState::running)), ashlar::Error);
}

TEST_CASE_FIXTURE(Fixture, "G3: only events since the stimulus count, and more may follow") {
  host.publish(PaymentFailed{"1"});
  CHECK_FALSE(host.when([] {}).within(0ms).expect<TicketCancelled>());
  CHECK(host.when([&] { host.publish(SeatTaken{"A1"}); })
            .expect<SeatTaken>()
            .then([&] { host.publish(PaymentFailed{"2"}); })
            .expect<TicketCancelled>()
            .expect<SeatTaken>());
}

TEST_CASE_FIXTURE(Fixture,
                  "G3: when it does not come, the message says what was published instead, and what is pending") {
  REQUIRE(host.clock().wait_for_waiter(1h));
  host.post("/audience/leaves", "{}");
  auto scenario = host.when([&] { host.post("/tickets", Wish{"broken"}); }).within(0ms).expect<TicketCancelled>();
  CHECK_FALSE(scenario);
  const std::string text = scenario.text();
  CHECK(holds(text, "tickets.ticket.cancelled did not come within 0ms; 1 event was published:"));
  CHECK(holds(text, R"(1. tickets.ticket.sold {"ticket_id":"1","seat":"broken"} (id )"));
  CHECK(holds(text, "failed handlers:\n  tickets/take_seat on tickets.ticket.sold (id "));
  CHECK(holds(text, "): the seat is broken"));
  CHECK(holds(text, "modules that are not running:\n  tickets is degraded: nobody is there"));
  CHECK(holds(text, "waiting for the virtual clock, which only the test moves: "));
  CHECK(holds(text, "for 1h more"));
  CHECK(holds(doctest::toString(scenario).c_str(), "did not come"));
}

TEST_CASE_FIXTURE(Fixture, "G3: a message tells no event from none that matches, and a failed step ends the scenario") {
  bool went_on = false;
  auto scenario = host.when([&] { host.publish(PaymentFailed{"1"}); })
                      .within(0ms)
                      .expect<TicketCancelled>([](const TicketCancelled& e) { return e.ticket_id == "2"; })
                      .then([&] { went_on = true; })
                      .expect<SeatTaken>();
  CHECK(holds(scenario.text(), "no tickets.ticket.cancelled that matches came within 0ms, although 1 did; 2 events"));
  CHECK_FALSE(went_on);

  auto never = host.when([&] { host.publish(PaymentFailed{"1"}); }).none<TicketCancelled>();
  CHECK(holds(never.text(), "tickets.ticket.cancelled was published, but should not have been; 2 events"));
  auto state = host.when([] {}).within(0ms).expect_state("tickets", ModuleState::failed);
  CHECK(holds(state.text(), "module 'tickets' was not failed within 0ms, but running; nothing was published"));
}

TEST_CASE_FIXTURE(Fixture, "G3: what a stimulus throws comes out of it") {
  CHECK_THROWS_WITH_AS(static_cast<void>(host.when([] { throw std::runtime_error("boom"); })), "boom",
                       std::runtime_error);
}
