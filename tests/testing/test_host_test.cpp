#include <algorithm>
#include <ashlar/testing/test_host.hpp>
#include <chrono>
#include <doctest/doctest.h>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "theatre.hpp"

using ashlar::ModuleState;
using ashlar::testing::Setup;
using ashlar::testing::TestHost;
using payments::PaymentFailed;
using seats::SeatTaken;
using theatre::EndlessSeats;
using tickets::TicketCancelled;
using tickets::TicketSold;
using tickets::Wish;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<std::string> modules_of(TestHost& host) {
  std::vector<std::string> names;
  for (const auto& module : host.host().describe().modules) names.push_back(module.name);
  std::sort(names.begin(), names.end());
  return names;
}

Setup tickets_alone(EndlessSeats& seats) {
  Setup setup = TestHost::alone("tickets", theatre::modules());
  setup.with<seats::Seats>(seats).emits<PaymentFailed>();
  return setup;
}

// Sells to itself whatever it hears of.
class Echo final : public ashlar::Module {
 public:
  std::string_view name() const override { return "echo"; }
  void declare(ashlar::Declaration& d) override { d.emits<TicketSold>(); }
};

}  // namespace

TEST_CASE("G2: a module starts alone, its services replaced by fakes") {
  EndlessSeats seats;
  TestHost host = TestHost::alone("tickets", theatre::modules()).with<seats::Seats>(seats).start();
  CHECK(modules_of(host) == std::vector<std::string>{"fakes", "tickets"});
  CHECK(host.post("/tickets", Wish{"A1"}).has_status(201));
  CHECK(seats.taken == std::vector<std::string>{"A1"});
  CHECK(host.only<TicketSold>().seat == "A1");
  CHECK(&host.service<seats::Seats>() == &seats);
}

TEST_CASE("G2: a module starts with its direct dependencies, and what those need is given as fakes") {
  struct : halls::Halls {
    bool has(const std::string&) const override { return true; }
  } halls;
  TestHost host = TestHost::with_direct_dependencies("tickets", theatre::modules()).with<halls::Halls>(halls).start();
  CHECK(modules_of(host) == std::vector<std::string>{"fakes", "seats", "tickets"});
  CHECK(host.post("/tickets", Wish{"Z99"}).has_status(201));
  CHECK(host.only<SeatTaken>().seat == "Z99");
}

TEST_CASE("G2: all modules start together") {
  TestHost host = TestHost::with_all(theatre::modules()).start();
  CHECK(modules_of(host) == std::vector<std::string>{"halls", "posters", "seats", "tickets"});
  CHECK(host.post("/tickets", Wish{"Z99"}).has_status(201));
  CHECK(host.none<SeatTaken>());
}

TEST_CASE("G2: the real provider stays out when its service is a fake") {
  EndlessSeats seats;
  TestHost host = TestHost::with_all(theatre::modules()).with<seats::Seats>(seats).start();
  CHECK(modules_of(host) == std::vector<std::string>{"fakes", "halls", "posters", "tickets"});
}

TEST_CASE("G2: modules can be added and left out by name") {
  EndlessSeats seats;
  TestHost more = TestHost::alone("tickets", theatre::modules()).also("posters").with<seats::Seats>(seats).start();
  CHECK(modules_of(more) == std::vector<std::string>{"fakes", "posters", "tickets"});
  TestHost less = TestHost::with_all(theatre::modules()).without("posters").start();
  CHECK(modules_of(less) == std::vector<std::string>{"halls", "seats", "tickets"});
}

TEST_CASE("G2: a module that is not there is an error that names those that are") {
  CHECK_THROWS_WITH_AS(TestHost::alone("ticket", theatre::modules()),
                       "there is no module 'ticket' to test; there are halls, posters, seats, tickets", ashlar::Error);
}

TEST_CASE("G2: a test's own modules start like any") {
  TestHost host = TestHost::of(std::make_unique<Echo>()).start();
  CHECK(host.publish(TicketSold{.ticket_id = "1", .seat = "A1"}).handlers() == 0);
  CHECK(host.published<TicketSold>().metadata(0).source == "echo");
  CHECK(modules_of(host) == std::vector<std::string>{"echo"});
}

// How fast that is, under 10 ms, is a figure of tests/bench.
TEST_CASE("G2: a module alone starts without a store, a socket or a file that it does not need") {
  EndlessSeats seats;
  TestHost host = TestHost::alone("tickets", theatre::modules()).with<seats::Seats>(seats).start();
  CHECK(std::filesystem::is_empty(host.data_directory()));
}

TEST_CASE("an event of a module that is not there can be published in its name") {
  EndlessSeats seats;
  TestHost host = tickets_alone(seats).start();
  CHECK(host.publish(PaymentFailed{"7"}).handlers() == 1);
  CHECK(host.only<TicketCancelled>().ticket_id == "7");
  CHECK(host.in_order<PaymentFailed, TicketCancelled>());
  CHECK(host.published<PaymentFailed>().metadata(0).source == "payments");
  CHECK(host.published<TicketCancelled>().metadata(0).causation_id ==
        host.published<PaymentFailed>().metadata(0).id.to_string());

  CHECK(host.publish_json("payments.payment.failed@1", R"({"ticket_id":"8"})").ok());
  CHECK(host.published<TicketCancelled>()[1].ticket_id == "8");
  CHECK(host.bus_of("payments").module() == "payments");
}

TEST_CASE("an event that nobody declares cannot be published, and the error says what to do") {
  EndlessSeats seats;
  TestHost host = TestHost::alone("tickets", theatre::modules()).with<seats::Seats>(seats).start();
  CHECK_THROWS_WITH_AS(static_cast<void>(host.publish(PaymentFailed{"7"})),
                       "no module of this host declares payments.payment.failed: add the one that does with also(), "
                       "or a stand-in with emits<>()",
                       ashlar::Error);
}

TEST_CASE("a reference to a recorded event lives as long as the recording") {
  EndlessSeats seats;
  TestHost host = tickets_alone(seats).start();
  host.publish(PaymentFailed{"7"});
  const TicketCancelled& cancelled = host.published<TicketCancelled>()[0];
  for (int i = 0; i < 100; ++i) host.publish(PaymentFailed{std::to_string(i)});
  CHECK(cancelled.ticket_id == "7");
  CHECK(&cancelled == &host.published<TicketCancelled>()[0]);
}

TEST_CASE("everything that is published in the host is recorded, with its key") {
  TestHost host = TestHost::with_all(theatre::modules()).start();
  host.post("/tickets", Wish{"A1"});
  const auto all = host.all();
  REQUIRE(all.size() == 2);
  CHECK(all[0].metadata.name == "tickets.ticket.sold");
  CHECK(all[0].metadata.key == "1");
  CHECK(all[0].data == R"({"ticket_id":"1","seat":"A1"})");
  CHECK(all[1].metadata.name == "seats.seat.taken");
  CHECK(all[0].metadata.time == host.clock().now());
}

TEST_CASE("the configuration is a YAML text and single values, and its errors are the host's") {
  EndlessSeats seats;
  TestHost sold_out = tickets_alone(seats).configuration("tickets:\n  most: 1\n").start();
  CHECK(sold_out.post("/tickets", Wish{"A1"}).has_status(201));
  CHECK(sold_out.post("/tickets", Wish{"A2"}).has_status(409));

  TestHost closed = tickets_alone(seats).configuration("tickets: {most: 1}").set("tickets.most", "0").start();
  CHECK(closed.post("/tickets", Wish{"A1"}).has_status(409));

  CHECK_THROWS_AS(tickets_alone(seats).set("tickets.mots", "0").start(), ashlar::ConfigurationError);
}

TEST_CASE("a failed start says why, and leaves its log and its states to look at") {
  TestHost host = TestHost::alone("posters", theatre::modules()).set("posters.glue", "false").make();
  CHECK_THROWS_WITH_AS(host.start(), "module 'posters' failed to start: no glue", ashlar::StartError);
  CHECK(host.state("posters") == ModuleState::failed);
  CHECK(host.logged("no glue"));
}

TEST_CASE("the log is kept for inspection") {
  EndlessSeats seats;
  TestHost host = tickets_alone(seats).start();
  CHECK(host.logged("the box office opens"));
  const auto lines = host.log_lines();
  const auto line = std::find_if(lines.begin(), lines.end(), [](const auto& l) { return l.module == "tickets"; });
  REQUIRE(line != lines.end());
  CHECK(line->field("most") == "2");
  CHECK(line->to_string() == "info tickets: the box office opens most=2");
  CHECK(holds(host.logged("fire").text(), "no line of the log holds \"fire\"; it says:\n"));
}

TEST_CASE("what handlers threw is kept, and printed when it should not be there") {
  EndlessSeats seats;
  TestHost host = tickets_alone(seats).start();
  CHECK(host.no_failures());
  CHECK(host.post("/tickets", Wish{"broken"}).has_status(500));
  REQUIRE(host.failures().size() == 1);
  CHECK(host.failures()[0].handler == "take_seat");
  CHECK(holds(host.no_failures().text(), "tickets/take_seat on tickets.ticket.sold (id "));
  CHECK(holds(host.no_failures().text(), "the seat is broken"));
}

TEST_CASE("health is asked in process") {
  EndlessSeats seats;
  TestHost host = tickets_alone(seats).start();
  const ashlar::HealthReport report = host.health();
  CHECK_FALSE(report.ready);
  CHECK(std::any_of(report.checks.begin(), report.checks.end(),
                    [](const auto& check) { return check.name == "tickets/paper" && check.detail == "out of paper"; }));
}

TEST_CASE("a host that was set up with real_time() has no virtual clock") {
  TestHost host = TestHost::alone("posters", theatre::modules()).real_time().start();
  CHECK_THROWS_AS(host.clock(), ashlar::Error);
}

TEST_CASE("whatever else a host is told can be changed") {
  EndlessSeats seats;
  TestHost host = tickets_alone(seats).options([](ashlar::HostOptions& o) { o.max_depth = 1; }).start();
  CHECK_FALSE(host.publish(PaymentFailed{"7"}).ok());
  CHECK(holds(host.no_failures().text(), "payments.payment.failed"));
}

TEST_CASE("stop() stops the modules, and the host can be looked at afterwards") {
  EndlessSeats seats;
  TestHost host = tickets_alone(seats).start();
  host.post("/tickets", Wish{"A1"});
  CHECK(host.stop().clean());
  CHECK(host.state("tickets") == ModuleState::stopped);
  CHECK(host.exactly<TicketSold>(1));
  CHECK_THROWS_AS(host.publish(PaymentFailed{"7"}), ashlar::PublishRefused);
}

TEST_CASE("G5: hosts live side by side, each with a data directory of its own, which it leaves behind no more") {
  EndlessSeats seats;
  std::filesystem::path first;
  std::filesystem::path second;
  {
    TestHost one = tickets_alone(seats).start();
    TestHost two = tickets_alone(seats).start();
    first = one.data_directory();
    second = two.data_directory();
    CHECK(std::filesystem::is_empty(first));
    CHECK(first != second);
    one.post("/tickets", Wish{"A1"});
    CHECK(two.nothing());
  }
  CHECK_FALSE(std::filesystem::exists(first));
  CHECK_FALSE(std::filesystem::exists(second));
}
