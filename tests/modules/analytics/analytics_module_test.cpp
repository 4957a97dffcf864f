#include <doctest/doctest.h>

#include <ashlar/testing/test_host.hpp>
#include <chrono>
#include <orders/events.hpp>

using ashlar::testing::TestHost;

namespace {

// The module by itself; the test publishes in the place of orders.
TestHost analytics_alone() {
  return TestHost::alone("analytics").emits<orders::OrderPlaced, orders::OrderCancelled>().start();
}

orders::OrderPlaced order_of_1996() {
  return {.order_id = "10248",
          .customer_id = "VINET",
          .placed_at = std::chrono::sys_days{std::chrono::year{1996} / 7 / 4},
          .lines = {{"11", 12, 1400, 0}, {"42", 10, 980, 5}}};
}

}  // namespace

TEST_CASE("revenue is served as JSON by customer, item and month, and in total") {
  TestHost host = analytics_alone();
  host.publish(order_of_1996());
  CHECK(host.get("/analytics/revenue").body == R"({"total":"261.1000"})");
  CHECK(host.get("/analytics/revenue?by=customer").body == R"({"VINET":"261.1000"})");
  CHECK(host.get("/analytics/revenue?by=item").body == R"({"11":"168.0000","42":"93.1000"})");
  CHECK(host.get("/analytics/revenue?by=month").body == R"({"1996-07":"261.1000"})");
}

TEST_CASE("the command prints what the route serves, as JSON or as a table") {
  TestHost host = analytics_alone();
  host.publish(order_of_1996());
  CHECK(host.run({"revenue", "--by", "item", "--json"}).out == "{\"11\":\"168.0000\",\"42\":\"93.1000\"}\n");
  CHECK(host.run({"revenue", "--by", "item"}).out == "11  168.0000\n42   93.1000\n");
  CHECK(host.run({"revenue"}).out == "total  261.1000\n");
  CHECK(host.run({"revenue", "--json"}).out == "{\"total\":\"261.1000\"}\n");
}

TEST_CASE("an unknown grouping is refused with the name of the field") {
  TestHost host = analytics_alone();
  const auto reply = host.get("/analytics/revenue?by=colour");
  CHECK(reply.has_status(400));
  CHECK(reply.body.find(R"("by")") != std::string::npos);
  CHECK(host.run({"revenue", "--by", "colour"}).exit_code == 2);
}

TEST_CASE("a cancelled order is taken out of the revenue") {
  TestHost host = analytics_alone();
  const auto order = order_of_1996();
  host.publish(order);
  host.publish(orders::OrderCancelled{.order_id = order.order_id,
                                      .customer_id = order.customer_id,
                                      .lines = order.lines,
                                      .placed_at = order.placed_at});
  CHECK(host.get("/analytics/revenue").body == R"({"total":"0.0000"})");
  CHECK(host.no_failures());
}
