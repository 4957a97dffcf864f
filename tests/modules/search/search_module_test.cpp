#include <doctest/doctest.h>

#include <ashlar/testing/test_host.hpp>
#include <catalog/events.hpp>

using ashlar::testing::TestHost;

namespace {

// The module by itself; the test publishes in the place of catalog.
struct SearchAlone {
  SearchAlone() {
    host.publish(catalog::ItemAdded{.item_id = "1", .name = "Green Tea", .description = "20 bags", .price_cents = 450});
    host.publish(catalog::ItemAdded{.item_id = "2", .name = "Tea cup", .description = "blue", .price_cents = 999});
    host.publish(catalog::PriceChanged{.item_id = "1", .old_price_cents = 450, .new_price_cents = 500});
    REQUIRE(host.settle());
  }

  TestHost host = TestHost::alone("search").emits<catalog::ItemAdded, catalog::PriceChanged>().start();
};

}  // namespace

TEST_CASE_FIXTURE(SearchAlone, "items that catalog added are found over HTTP, with their prices") {
  CHECK(host.get("/search?q=green").body ==
        R"([{"item_id":"1","name":"Green Tea","description":"20 bags","price_cents":500}])");
  CHECK(host.get("/search?q=coffee").body == "[]");
}

TEST_CASE_FIXTURE(SearchAlone, "a search that cannot be made is a 400 that names the field") {
  for (const char* path : {"/search", "/search?q=", "/search?q=%22%22"}) {
    CAPTURE(path);
    const auto reply = host.get(path);
    CHECK(reply.has_status(400));
    CHECK(reply.body.find(R"("q")") != std::string::npos);
  }
  for (const char* path : {"/search?q=tea&limit=0", "/search?q=tea&limit=101", "/search?q=tea&limit=1x"}) {
    CAPTURE(path);
    const auto reply = host.get(path);
    CHECK(reply.has_status(400));
    CHECK(reply.body.find(R"("limit")") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(SearchAlone, "the command prints what it finds, a line for each item") {
  CHECK(host.run({"search", "tea", "--limit", "1"}).out == "2\tTea cup\n");
  CHECK(host.run({"search", "green tea"}).out == "1\tGreen Tea\n");
  CHECK(host.run({"search", "***"}).exit_code == 2);
  CHECK(host.run({"search", "tea", "--limit", "none"}).exit_code == 2);
}
