#include <doctest/doctest.h>

#include <ashlar/testing/test_host.hpp>
#include <loyalty/events.hpp>
#include <loyalty/points.hpp>
#include <string>

#include "fakes.hpp"

using ashlar::testing::TestHost;
using loyalty::GoldReached;
using loyalty::PointsEarned;

TEST_CASE("the module earns points for the orders that it hears of") {
  FakeUsers users;
  TestHost host = TestHost::alone("loyalty")
                      .with<users::Registration>(users)
                      .emits<orders::OrderPlaced>()  // a stand-in declares it
                      .set("loyalty.points_per_euro", "3")
                      .start();

  host.publish(order("7", "ada", 1000));
  REQUIRE(host.settle());

  CHECK(host.only<PointsEarned>().points == 30);
  CHECK(host.service<loyalty::Points>().of("ada") == 30);
  CHECK(host.get("/loyalty/ada").body == R"({"customer_id":"ada","points":30})");
  CHECK(host.run({"points", "ada"}).out == "30\n");
  CHECK(host.health().ready);
  CHECK(host.no_failures());
}

TEST_CASE("a customer who registers and orders for long enough becomes a gold customer") {
  TestHost host = TestHost::with_direct_dependencies("loyalty").emits<orders::OrderPlaced>().start();
  const auto user = host.post("/users", R"({"email": "ada@example.org", "full_name": "Ada Lovelace"})");
  const std::string id = user.as<users::User>().user_id;

  CHECK(host.when([&] { host.publish(order("7", id, 90'000)); })
            .expect<PointsEarned>([](const PointsEarned& event) { return event.points == 900; })
            .none<GoldReached>()
            .then([&] { host.publish(order("8", id, 20'000)); })
            .expect<GoldReached>([](const GoldReached& event) { return event.points == 1100; }));
}
