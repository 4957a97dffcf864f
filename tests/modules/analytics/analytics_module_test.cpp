#include <doctest/doctest.h>

#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/testing/test_host.hpp>
#include <chrono>
#include <limits>
#include <orders/events.hpp>
#include <string>

using ashlar::testing::TestHost;

namespace {

constexpr orders::Time july{std::chrono::sys_days{std::chrono::year{1996} / 7 / 4}};
constexpr orders::Time august{std::chrono::sys_days{std::chrono::year{1996} / 8 / 1}};

orders::OrderPlaced placed(const std::string& order, const std::string& customer, orders::Time at) {
  return {
      .order_id = order, .customer_id = customer, .placed_at = at, .lines = {{"tea", 2, 150, 5}, {"cup", 1, 999, 0}}};
}

orders::OrderCancelled cancelled(const orders::OrderPlaced& order) {
  return {.order_id = order.order_id,
          .customer_id = order.customer_id,
          .cancelled_at = order.placed_at,
          .reason = "changed my mind",
          .lines = order.lines,
          .placed_at = order.placed_at};
}

// The module by itself; the test publishes in the place of orders.
struct Alone {
  template <class... E>
  void hear(const E&... events) {
    (host.publish(events), ...);
    REQUIRE(host.settle());
  }

  std::string revenue(const std::string& query = "") { return host.get("/analytics/revenue" + query).body; }

  TestHost host = TestHost::alone("analytics").emits<orders::OrderPlaced, orders::OrderCancelled>().start();
};

}  // namespace

TEST_CASE_FIXTURE(Alone, "revenue is served as JSON by customer, item and month, and in total") {
  hear(placed("1", "ANNA", july), placed("2", "ANNA", august), placed("3", "BERT", august));
  CHECK(revenue() == R"({"total":"38.5200"})");
  CHECK(revenue("?by=customer") == R"({"ANNA":"25.6800","BERT":"12.8400"})");
  CHECK(revenue("?by=item") == R"({"cup":"29.9700","tea":"8.5500"})");
  CHECK(revenue("?by=month") == R"({"1996-07":"12.8400","1996-08":"25.6800"})");
}

TEST_CASE_FIXTURE(Alone, "the command prints what the route serves, as JSON or as a table") {
  hear(placed("1", "ANNA", july));
  CHECK(host.run({"revenue", "--by", "item", "--json"}).out == "{\"cup\":\"9.9900\",\"tea\":\"2.8500\"}\n");
  CHECK(host.run({"revenue", "--by", "item"}).out == "cup  9.9900\ntea  2.8500\n");
  CHECK(host.run({"revenue"}).out == "total  12.8400\n");
  CHECK(host.run({"revenue", "--json"}).out == "{\"total\":\"12.8400\"}\n");
}

TEST_CASE_FIXTURE(Alone, "the command counts what was published just now") {
  for (int i = 0; i < 100; ++i) host.publish(placed(std::to_string(i), "ANNA", july));
  CHECK(host.run({"revenue"}).out == "total  1284.0000\n");
}

TEST_CASE_FIXTURE(Alone, "an unknown grouping is refused with the name of the field") {
  const auto reply = host.get("/analytics/revenue?by=colour");
  CHECK(reply.has_status(400));
  CHECK(reply.body.find(R"("by")") != std::string::npos);
  CHECK(host.run({"revenue", "--by", "colour"}).exit_code == 2);
}

TEST_CASE_FIXTURE(Alone, "an order that is heard of twice counts once") {
  hear(placed("1", "ANNA", july), placed("1", "ANNA", july));
  CHECK(revenue() == R"({"total":"12.8400"})");
}

TEST_CASE_FIXTURE(Alone, "a cancelled order counts no more, and its customer is left out") {
  const auto order = placed("1", "ANNA", july);
  hear(order, placed("2", "BERT", july), cancelled(order), cancelled(order));
  CHECK(revenue() == R"({"total":"12.8400"})");
  CHECK(revenue("?by=customer") == R"({"BERT":"12.8400"})");
  CHECK(host.no_failures());
}

TEST_CASE_FIXTURE(Alone, "an order whose cancelling is heard of first never counts") {
  const auto order = placed("1", "ANNA", july);
  hear(cancelled(order), order);
  CHECK(revenue() == R"({"total":"0.0000"})");
}

TEST_CASE_FIXTURE(Alone, "an order that cannot be counted leaves nothing of itself, and holds up no other") {
  auto order = placed("1", "ANNA", july);
  order.lines.push_back({"gold", 2, std::numeric_limits<std::int64_t>::max(), 0});
  hear(order, placed("2", "BERT", july));
  CHECK(revenue("?by=customer") == R"({"BERT":"12.8400"})");
  CHECK_FALSE(host.no_failures());
}

TEST_CASE_FIXTURE(Alone, "E10: revenue can be rebuilt from the log, and is what it was") {
  const auto order = placed("1", "ANNA", july);
  hear(order, placed("2", "BERT", july), cancelled(order));
  const std::string before = revenue("?by=customer");
  auto& log = host.service<ashlar::store::DurableLog>();
  host.service<ashlar::store::Store>().connect().execute("UPDATE analytics_line_1 SET revenue = 0");
  CHECK(revenue("?by=customer") != before);
  CHECK(log.projections().at("analytics.revenue")({}));
  CHECK(revenue("?by=customer") == before);
  hear(placed("3", "CARL", july));
  CHECK(revenue() == R"({"total":"25.6800"})");
}
