#include "http/route_table.hpp"

#include <doctest/doctest.h>

using ashlar::DeclarationError;
using ashlar::Request;
using ashlar::Response;
using ashlar::ops::RouteTable;

namespace {
Response nothing(const Request&) { return {}; }
}  // namespace

TEST_CASE("a written segment is preferred to a parameter, whatever the order in which the routes came") {
  RouteTable table;
  table.get("/orders/:id", nothing);
  table.get("/orders/latest", nothing);
  table.get("/:what/latest", nothing);
  CHECK(table.find("GET", {"orders", "latest"}).route->path == "/orders/latest");
  CHECK(table.find("GET", {"users", "latest"}).route->path == "/:what/latest");
  const auto match = table.find("GET", {"orders", "7"});
  CHECK(match.route->path == "/orders/:id");
  CHECK(match.parameters == std::map<std::string, std::string>{{"id", "7"}});
}

TEST_CASE("a parameter is never empty") {
  RouteTable table;
  table.get("/orders/:id", nothing);
  CHECK(table.find("GET", {"orders", ""}).route == nullptr);
  CHECK(table.find("GET", {"orders", ""}).methods.empty());
}

TEST_CASE("a known path says which methods it takes") {
  RouteTable table;
  table.get("/orders/:id", nothing);
  table.remove("/orders/:number", nothing);
  const auto match = table.find("POST", {"orders", "7"});
  CHECK(match.route == nullptr);
  CHECK(match.methods == std::vector<std::string>{"DELETE", "GET", "HEAD"});
}

TEST_CASE("two routes of one method and path are refused, also when only their parameters' names differ") {
  RouteTable table;
  table.get("/orders/:id", nothing);
  CHECK_THROWS_WITH_AS(
      table.get("/orders/:number", nothing),
      "the route GET /orders/:number is already there as /orders/:id: one method and path has one route, "
      "rename one of them",
      DeclarationError);
  CHECK_NOTHROW(table.post("/orders/:number", nothing));
}

TEST_CASE("a malformed route is refused") {
  RouteTable table;
  CHECK_THROWS_AS(table.get("orders", nothing), DeclarationError);
  CHECK_THROWS_AS(table.get("", nothing), DeclarationError);
  CHECK_THROWS_AS(table.get("/orders/:", nothing), DeclarationError);
  CHECK_THROWS_AS(table.get("/:a/:a", nothing), DeclarationError);
  CHECK_THROWS_AS(table.get("/orders", nullptr), DeclarationError);
}

TEST_CASE("clearing forgets the modules' routes and keeps those of the application itself") {
  RouteTable table;
  table.add_own("GET", "/health/live", nothing);
  table.get("/orders", nothing);
  CHECK_THROWS_AS(table.get("/health/live", nothing), DeclarationError);
  table.clear();
  CHECK(table.find("GET", {"orders"}).route == nullptr);
  CHECK(table.find("GET", {"health", "live"}).route != nullptr);
}
