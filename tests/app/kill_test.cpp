// The shop is killed while it takes orders, again and again. More rounds than the usual ones:
//
//   ASHLAR_KILL_ROUNDS=200 app_tests --test-case='*kill -9*'

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <ashlar/json.hpp>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../ops/raw_client.hpp"
#include "serving_shop.hpp"
#include "shop_process.hpp"

namespace {

const std::string sample = ASHLAR_SOURCE_DIR "/app/data/sample";

int rounds() {
  const char* wanted = std::getenv("ASHLAR_KILL_ROUNDS");
  return wanted == nullptr ? 3 : std::stoi(wanted);
}

// What the shop said it had done: an event and its order. Any thread.
class Answers {
 public:
  void note(const std::string& event, const std::string& order) {
    {
      const std::lock_guard lock(mutex_);
      all_.emplace(event, order);
    }
    changed_.notify_all();
  }

  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{60}, [&] { return all_.size() >= count; });
  }

  std::set<std::pair<std::string, std::string>> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

  // What ended a customer's orders although the shop answered.
  void note_refusal(const std::string& request, const Answer& answer) {
    const std::lock_guard lock(mutex_);
    refusals_ += request + ": " + std::to_string(answer.status) + " " + answer.body + "\n";
  }

  std::string refusals() const {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::pair<std::string, std::string>> all_;
  std::string refusals_;
};

// Status 0: the shop is gone.
Answer post(std::uint16_t port, const std::string& path, const std::string& body) {
  RawClient client(port);
  if (!client.connected()) return {};
  client.send(posting(path, body));
  return client.receive();
}

bool is_done(std::uint16_t port, const std::string& path, const std::string& body, int wanted, Answers& answers) {
  const Answer answer = post(port, path, body);
  if (answer.status != wanted && answer.status != 0) answers.note_refusal("POST " + path, answer);
  return answer.status == wanted;
}

// Orders until the shop is gone; of every five, one is shipped and one is cancelled.
void order(std::uint16_t port, const std::string& who, Answers& answers) {
  for (int i = 0;; ++i) {
    const std::string id = who + "-" + std::to_string(i);
    const std::string body =
        R"({"order_id": ")" + id + R"(", "customer_id": "BRIGG", "lines": [{"item_id": "tea", "quantity": 2}]})";
    if (!is_done(port, "/orders", body, 201, answers)) return;
    answers.note("orders.order.placed", id);
    if (i % 5 == 1) {
      if (!is_done(port, "/orders/" + id + "/ship", "", 200, answers)) return;
      answers.note("orders.order.shipped", id);
    } else if (i % 5 == 3) {
      if (!is_done(port, "/orders/" + id + "/cancel", "", 200, answers)) return;
      answers.note("orders.order.cancelled", id);
    }
  }
}

struct OfOrder {
  std::string order_id;
};
ASHLAR_STRUCT(OfOrder, order_id)

struct Recorded {
  std::string event_id;
};
ASHLAR_STRUCT(Recorded, event_id)
struct AuditEntry {
  Recorded record;
};
ASHLAR_STRUCT(AuditEntry, record)

// What a shop that does not run has kept.
class Kept {
 public:
  explicit Kept(const std::filesystem::path& data)
      : data_(data), store_(data / "shop.db"), log_(ashlar::store::make_sqlite_log(store_)) {
    const std::array<std::string, 1> all{"#"};
    for (std::int64_t from = 1, last = log_->bounds().last; from <= last;) {
      auto page = log_->read(from, 1'000, all);
      from = page.next;
      for (auto& event : page.events) events_.push_back(std::move(event));
    }
  }

  // How often each event of an order is in the log.
  std::map<std::pair<std::string, std::string>, int> events_of_orders() const {
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const auto& event : events_) {
      if (!event.metadata.name.starts_with("orders.order.")) continue;
      ++counts[{event.metadata.name, ashlar::from_json<OfOrder>(event.data).order_id}];
    }
    return counts;
  }

  std::vector<std::string> logged() const {
    std::vector<std::string> ids;
    for (const auto& event : events_) ids.push_back(event.metadata.id.to_string());
    return ids;
  }

  std::vector<std::string> audited() {
    std::vector<std::string> ids;
    ashlar::store::Database database = store_.connect();
    auto row = database.query("SELECT content FROM audit_entry ORDER BY number");
    while (row.step()) ids.push_back(ashlar::from_json<AuditEntry>(row.get<std::string>(0)).record.event_id);
    return ids;
  }

  // With the words of their status, which are those of their last event.
  std::map<std::string, std::string> orders() {
    std::map<std::string, std::string> status;
    ashlar::store::Database database = store_.connect();
    auto row = database.query("SELECT order_id, status FROM orders_order");
    while (row.step()) status.emplace(row.get<std::string>(0), row.get<std::string>(1));
    return status;
  }

  // Those whose mail is not in the outbox.
  int events_without_mail() const {
    int missing = 0;
    for (const auto& event : events_) {
      const std::string& name = event.metadata.name;
      const bool makes_mail = name == "user.created" || name == "orders.order.placed" || name == "orders.order.shipped";
      if (makes_mail && !std::filesystem::exists(data_ / "outbox" / (event.metadata.id.to_string() + ".eml")))
        ++missing;
    }
    return missing;
  }

  std::int64_t number(const std::string& sql) {
    ashlar::store::Database database = store_.connect();
    auto row = database.query(sql);
    REQUIRE(row.step());
    return row.get<std::int64_t>(0);
  }

  std::size_t dead_letters() { return log_->dead_letters({}).size(); }

 private:
  std::filesystem::path data_;
  ashlar::store::Store store_;
  std::unique_ptr<ashlar::store::LogStore> log_;
  std::vector<ashlar::StoredEvent> events_;
};

// Where `audited` leaves `logged`: `entry 7 of 9`; empty where it never does.
std::string first_difference(const std::vector<std::string>& logged, const std::vector<std::string>& audited) {
  const auto [in_log, in_audit] = std::mismatch(logged.begin(), logged.end(), audited.begin(), audited.end());
  if (in_log == logged.end() && in_audit == audited.end()) return {};
  return "entry " + std::to_string(in_audit - audited.begin() + 1) + " of " + std::to_string(audited.size());
}

void check(const ShopProcess& shop, const Answers& answers) {
  Kept kept(shop.data());
  const auto events = kept.events_of_orders();
  for (const auto& answered : answers.all()) {
    CAPTURE(answered);
    CHECK(events.contains(answered));
  }
  std::int64_t tea_revenue = 0;
  for (const auto& counted : events) {
    CAPTURE(counted.first);
    CHECK(counted.second == 1);
    const auto& [name, order_id] = counted.first;
    const bool counts = name == "orders.order.placed" && !events.contains({"orders.order.cancelled", order_id});
    if (counts && order_id.starts_with("kill")) tea_revenue += 2 * 450 * 100;
  }
  for (const auto& order : kept.orders()) {
    CAPTURE(order.first);
    CHECK(events.contains({"orders.order.placed", order.first}));
    CHECK(events.contains({"orders.order." + order.second, order.first}));
  }
  CHECK(first_difference(kept.logged(), kept.audited()) == "");
  CHECK(kept.number("SELECT coalesce(sum(revenue), 0) FROM analytics_line_1 WHERE item_id = 'tea'") == tea_revenue);
  CHECK(kept.events_without_mail() == 0);
  CHECK(kept.dead_letters() == 0);
  CHECK(kept.number("SELECT reserved FROM inventory_stock WHERE item_id = 'tea'") ==
        2 * kept.number("SELECT count(*) FROM orders_order WHERE status = 'placed' AND order_id LIKE 'kill%'"));
}

}  // namespace

TEST_CASE(
    "E1, E3: after kill -9 amid orders, what was answered is in the log, in audit and analytics once, and mailed") {
  const ShopProcess shop;
  REQUIRE(shop.run({"import", sample}).exit_code == 0);
  {
    ServingShop serving(shop.data());
    REQUIRE(post(serving.port(), "/items", R"({"item_id": "tea", "name": "Green tea", "price_cents": 450})").status ==
            201);
    REQUIRE(post(serving.port(), "/stock/tea/receive", R"({"quantity": 1000000})").status == 200);
  }
  Answers answers;
  std::mt19937 random(4711);
  std::size_t answered = 0;
  for (int round = 0; round < rounds(); ++round) {
    CAPTURE(round);
    {
      ServingShop serving(shop.data());
      std::vector<std::thread> customers;
      for (int c = 0; c < 2; ++c) {
        const std::string who = "kill-" + std::to_string(round) + "-" + std::to_string(c);
        customers.emplace_back([&answers, who, port = serving.port()] { order(port, who, answers); });
      }
      const bool came = answers.wait_for(answered + 1 + random() % 40);
      INFO("refused: ", answers.refusals());
      CHECK(came);
      serving.kill();
      for (std::thread& customer : customers) customer.join();
    }
    answered = answers.all().size();
    // Starts it anew, and waits until the log's consumers have nothing to do.
    const ShopResult again = shop.run({"import", sample});
    CHECK(again.err == "");
    REQUIRE(again.exit_code == 0);
    check(shop, answers);
  }
  MESSAGE(rounds(), " rounds, ", answered, " answers");
}
