#include <doctest/doctest.h>

#include <ashlar/store/database.hpp>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "processes.hpp"
#include "rabbit_server.hpp"
#include "serving_shop.hpp"
#include "shop_process.hpp"

namespace {

const std::string sample = ASHLAR_SOURCE_DIR "/app/data/sample";

using Words = std::vector<std::string>;

Words joined(Words first, const Words& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

nlohmann::json page(const ServingShop& shop, const std::string& path) {
  return nlohmann::json::parse(
      run_process({"/usr/bin/curl", "--silent", "--fail", "http://127.0.0.1:" + std::to_string(shop.port()) + path}));
}

std::int64_t events_in(const ShopProcess& shop) {
  ashlar::store::Database database(shop.data() / "shop.db");
  auto row = database.query("SELECT count(*) FROM ashlar_log");
  return row.step() ? row.get<std::int64_t>(0) : 0;
}

// What the shop makes of its orders.
std::string figures(const ShopProcess& shop, const Words& more) {
  std::string text;
  for (const Words& command :
       {Words{"revenue", "--by", "month"}, Words{"revenue", "--by", "item"}, Words{"search", "tea"}}) {
    const ShopResult result = shop.run(joined(more, command));
    CHECK(result.err == "");
    text += result.out;
  }
  return text;
}

}  // namespace

TEST_CASE("F3: the shop split over two processes makes the same of the sample's orders as the shop in one") {
  const ShopProcess whole;
  REQUIRE(whole.run({"import", sample}).exit_code == 0);
  const std::string expected = figures(whole, {});

  const RabbitControl& broker = shared_rabbit();
  const Words line{"--set", "rabbitmq.url=" + broker.url(broker.add_vhost())};
  const Words front = joined({"--modules", "orders,inventory,catalog,users"}, line);
  const Words back = joined({"--modules", "notifications,search,analytics,audit"}, line);

  const ShopProcess first;
  const ShopProcess second;
  // The first half of the shop has done its work before the second has ever run.
  const ShopResult imported = first.run(joined(front, {"import", sample}));
  CHECK(imported.err == "");
  REQUIRE(imported.exit_code == 0);
  {
    ServingShop serving(second.data(), back);
    const std::int64_t events = events_in(first);
    CHECK(events > 0);
    const auto stored = [&] { return page(serving, "/rabbitmq").at("stored").get<std::int64_t>(); };
    const auto begun = std::chrono::steady_clock::now();
    while ((stored() != events || second.mails() < whole.mails()) &&
           std::chrono::steady_clock::now() - begun < std::chrono::seconds{60}) {
      std::this_thread::yield();
    }
    CHECK(stored() == events);
    CHECK(page(serving, "/rabbitmq").at("dead") == 0);
    CHECK(serving.stop() == 0);
  }
  CHECK(figures(second, back) == expected);
  CHECK(second.mails() == whole.mails());
  const ShopResult verified = second.run(joined(back, {"audit", "verify"}));
  CHECK(verified.exit_code == 0);
  // The hashes are of ids and times, too.
  const auto entries = [](const std::string& text) { return text.substr(0, text.find(',')); };
  CHECK(entries(verified.out) == entries(whole.run({"audit", "verify"}).out));
}

TEST_CASE("a service that is in the other process is an error at the start that says what to add") {
  const ShopProcess shop;
  const ShopResult result = shop.run({"--modules", "orders,users", "import", sample});
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("which this process leaves out: add ") != std::string::npos);
}
