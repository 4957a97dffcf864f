#include <ashlar/testing/test_host.hpp>
#include <doctest/doctest.h>
#include <string>

#include "theatre.hpp"

using ashlar::testing::CommandResult;
using ashlar::testing::Reply;
using ashlar::testing::TestHost;
using theatre::EndlessSeats;
using tickets::TicketSold;
using tickets::Wish;

namespace {

struct Fixture {
  EndlessSeats seats;
  TestHost host = TestHost::alone("tickets", theatre::modules()).with<seats::Seats>(seats).start();
};

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a route is called in process, with parameters and query") {
  const Reply reply = host.get("/tickets/a%20b?seat=C+3");
  CHECK(reply.has_status(200));
  CHECK(reply.content_type == "application/json");
  CHECK(reply.as<TicketSold>() == TicketSold{.ticket_id = "a b", .seat = "C 3"});
}

TEST_CASE_FIXTURE(Fixture, "a body is a described struct or JSON text") {
  CHECK(host.post("/tickets", Wish{"A1"}).has_status(201));
  CHECK(host.post("/tickets", R"({"seat":"A2"})").has_status(201));
  CHECK(host.published<TicketSold>()[1].seat == "A2");
}

TEST_CASE_FIXTURE(Fixture, "what a route throws becomes the answer that a client gets") {
  const Reply bad = host.post("/tickets", R"({"seat":7})");
  CHECK(bad.has_status(400));
  CHECK(holds(bad.body, R"({"error": {"field": "/seat", "message": "expected a string)"));
  CHECK(host.post("/tickets", "{").has_status(400));

  const Reply missing = host.get("/tickets/none");
  CHECK(missing.has_status(404));
  CHECK(missing.body == "{\"error\": {\"field\": \"/id\", \"message\": \"no ticket none\"}}\n");

  // `first` is written, so it goes before `:id`; what it throws stays inside.
  const Reply broken = host.get("/tickets/first");
  CHECK(broken.has_status(500));
  CHECK(host.logged("request failed"));
}

TEST_CASE_FIXTURE(Fixture, "a path or method that no route takes is answered as a server does") {
  CHECK(host.get("/nowhere").has_status(404));
  CHECK(host.get("/tickets/").has_status(404));
  CHECK(host.remove("/tickets").has_status(405));
  CHECK(host.put("/tickets", "{}").has_status(405));
  CHECK(host.get("tickets").has_status(400));
  CHECK(host.get("/tickets/%zz").has_status(400));
}

TEST_CASE_FIXTURE(Fixture, "a request's headers become the correlation of what it publishes") {
  host.post("/tickets", Wish{"A1"}, {{"x-correlation-id", "call-7"}, {"x-user-id", "ann"}});
  CHECK(host.published<TicketSold>().metadata(0).correlation_id == "call-7");
  CHECK(host.published<TicketSold>().metadata(0).user_id == "ann");
}

TEST_CASE_FIXTURE(Fixture, "a wrong status prints the body") {
  const auto wrong = host.get("/tickets/none").has_status(200);
  CHECK(holds(wrong.text(), "expected status 200, got 404 application/json"));
  CHECK(holds(wrong.text(), "no ticket none"));
}

TEST_CASE_FIXTURE(Fixture, "a command runs in process, with arguments, options and flags") {
  const CommandResult plain = host.run({"tickets", "sold", "monday"});
  CHECK(plain.succeeded());
  CHECK(plain.out == "monday text 0");
  CHECK(host.run({"tickets", "sold", "--as", "json", "monday", "--loud"}).out == "monday json 0!");
  CHECK(host.run({"tickets", "sold", "monday", "noon"}).out == "monday at noon text 0");
  CHECK(host.run({"tickets", "sold", "--as=json", "--", "--monday"}).out == "--monday json 0");
}

TEST_CASE_FIXTURE(Fixture, "a command's error is its exit code and what it says") {
  const CommandResult failed = host.run({"tickets", "sold", "doomsday"});
  CHECK(failed.exit_code == 1);
  CHECK(failed.err == "no such day\n");
  CHECK(holds(failed.succeeded().text(), "exit code 1\nerr: no such day"));

  CHECK(host.run({"tickets", "sold"}).exit_code == 2);
  CHECK(host.run({"tickets", "sold", "monday", "noon", "tuesday"}).exit_code == 2);
  CHECK(host.run({"tickets", "sold", "monday", "--as", "song"}).err == "--as does not take song\n");
  CHECK(host.run({"tickets", "sold", "monday", "--as"}).err == "--as needs a value\n");
  CHECK(host.run({"tickets", "sold", "monday", "--quiet"}).err == "tickets sold takes no --quiet\n");
  CHECK(host.run({"sing"}).err == "there is no command sing; there are tickets sold\n");
}
