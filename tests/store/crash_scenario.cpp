#include "crash_scenario.hpp"

#include <sqlite3.h>

#include <ashlar/store/transaction.hpp>
#include <map>
#include <utility>

using namespace ashlar::store;
using namespace std::chrono_literals;
using Outcome = LogTest::Outcome;

CrashApplication::CrashApplication(const std::filesystem::path& file, Synchronous synchronous)
    : store(file, {.synchronous = synchronous, .min_free_bytes = 0}),
      log_(make_sqlite_log(store)),
      module_(store.connect()) {}

void CrashApplication::open_consumers() {
  log_->open_consumer({.name = "record", .max_deliver = 3}, now);
  log_->open_consumer({.name = "other", .events = {"orders.*.placed"}}, now);
}

void CrashApplication::publish(std::int64_t number, const std::string& key) {
  Transaction transaction(module_);
  module_.run("INSERT INTO crash_order (number) VALUES (?)", number);
  const std::vector<ashlar::StoredEvent> events{nth_event(number, "orders.order.placed", key)};
  log_->append(events, &transaction);
  transaction.commit();
}

std::vector<Claimed> CrashApplication::claim(const std::string& consumer, std::size_t limit) {
  return log_->claim(consumer, owner_, limit, now).deliveries;
}

void CrashApplication::settle(const std::string& consumer, std::int64_t sequence, Outcome outcome,
                              std::chrono::milliseconds delay) {
  const std::vector<Settlement> settlements{
      {.sequence = sequence, .outcome = outcome, .delay = delay, .error = "broken"}};
  log_->settle(consumer, owner_, settlements, now, nullptr);
}

bool CrashApplication::record(const Claimed& claimed) {
  Transaction transaction(module_);
  module_.run("INSERT INTO crash_effect (sequence, key) VALUES (?, ?)", claimed.event.sequence,
              claimed.event.metadata.key);
  const std::vector<Settlement> acks{{.sequence = claimed.event.sequence}};
  if (log_->settle("record", owner_, acks, now, &transaction).at(0) != SettlementResult::done) return false;
  transaction.commit();
  return true;
}

std::string CrashApplication::finish() {
  begin_owner();
  now += 24h;
  log_->resume("other");
  for (bool more = true; more;) {
    more = false;
    for (const Claimed& claimed : claim("record")) {
      more = true;
      if (!record(claimed)) return "an event that was claimed is refused";
    }
    for (const Claimed& claimed : claim("other")) {
      more = true;
      settle("other", claimed.event.sequence, Outcome::ack);
    }
  }
  std::string problems;
  const std::int64_t last = log_->bounds().last;
  for (const ConsumerStatus& status : log_->consumers()) {
    if (status.position == last && status.lag == 0 && status.in_flight == 0 && status.waiting == 0) continue;
    problems += status.name + " is at " + std::to_string(status.position) + " of " + std::to_string(last) + "; ";
  }
  const auto none = [&](const char* problem, const char* sql) {
    auto row = module_.query(sql);
    if (row.step()) problems += problem + std::string(": ") + std::to_string(row.get<std::int64_t>(0)) + "; ";
  };
  none("settled twice", "SELECT sequence FROM crash_effect GROUP BY sequence HAVING count(*) > 1");
  none("out of order in its key",
       "SELECT later.sequence FROM crash_effect AS earlier JOIN crash_effect AS later ON earlier.key = later.key AND "
       "earlier.key <> '' AND earlier.rowid < later.rowid AND earlier.sequence > later.sequence");
  none("neither settled nor a dead letter",
       "SELECT sequence FROM ashlar_log WHERE sequence NOT IN (SELECT sequence FROM crash_effect) AND sequence NOT IN "
       "(SELECT sequence FROM ashlar_dead_letter WHERE consumer = 'record')");
  none("settled and a dead letter",
       "SELECT sequence FROM crash_effect WHERE sequence IN (SELECT sequence FROM ashlar_dead_letter WHERE consumer = "
       "'record')");
  none("an event without its order",
       "SELECT sequence FROM ashlar_log WHERE data->>'number' < 100 AND data->>'number' "
       "NOT IN (SELECT number FROM crash_order)");
  return problems;
}

namespace {

class Scenario {
 public:
  Scenario(const std::filesystem::path& file, Synchronous synchronous, const CrashStep& step)
      : file_(file), synchronous_(synchronous), step_(step) {}

  void run() {
    step_("nothing");
    start();
    make_tables();
    step("consumers",
         [](CrashApplication& app) { app.log().open_consumer({.name = "record", .max_deliver = 3}, app.now); });
    step("consumers", [](CrashApplication& app) {
      app.log().open_consumer({.name = "other", .events = {"orders.*.placed"}}, app.now);
    });
    publish();
    consume();
    step("checkpoint", [this](CrashApplication& app) { checkpoint(app, "PASSIVE"); });
    give_up();
    restart();
    go_back();
    step("checkpoint", [this](CrashApplication& app) { checkpoint(app, "TRUNCATE"); });
    scheduled_and_removed();
    stop();
  }

 private:
  void step(const char* name, const std::function<void(CrashApplication& app)>& action) {
    action(*app_);
    step_(name);
  }

  void start() {
    app_ = std::make_unique<CrashApplication>(file_, synchronous_);
    app_->now = suite_start;
    step_("open");
    step("owner", [](CrashApplication& app) { app.begin_owner(); });
  }

  void stop() {
    app_.reset();
    step_("close");
  }

  void restart() {
    stop();
    start();
  }

  void make_tables() {
    Database database = app_->store.connect();
    for (const char* sql : {"CREATE TABLE crash_order (number INTEGER PRIMARY KEY) STRICT",
                            "CREATE TABLE crash_effect (sequence INTEGER NOT NULL, key TEXT NOT NULL) STRICT"}) {
      step("table", [&](CrashApplication&) { database.execute(sql); });
    }
  }

  static void checkpoint(CrashApplication& app, const std::string& how) {
    Database database = app.store.connect();
    auto row = database.query("PRAGMA wal_checkpoint(" + how + ")");
    while (row.step()) continue;
  }

  void publish() {
    for (int number = 1; number <= 6; ++number) {
      step("publish", [&](CrashApplication& app) { app.publish(number, number % 2 == 0 ? "even" : ""); });
    }
    step("append", [](CrashApplication& app) {
      const std::vector<ashlar::StoredEvent> events{nth_event(101, "orders.order.placed", "odd"),
                                                    nth_event(102, "users.user.renamed")};
      app.log().append(events);
    });
    step("append again", [](CrashApplication& app) {
      const std::vector<ashlar::StoredEvent> events{nth_event(101, "orders.order.placed", "odd")};
      app.log().append(events);
    });
    step("append later", [](CrashApplication& app) {
      app.log().append_later(nth_event(103, "orders.order.placed", "odd"), {});
      app.log().flush();
    });
    step("roll back", [](CrashApplication& app) {
      Database database = app.store.connect();
      Transaction transaction(database);
      database.run("INSERT INTO crash_order (number) VALUES (50)");
      const std::vector<ashlar::StoredEvent> events{nth_event(50, "orders.order.placed")};
      app.log().append(events, &transaction);
    });
    step("large", [](CrashApplication& app) {
      ashlar::StoredEvent event = nth_event(104, "orders.order.placed");
      event.data = R"({"number":104,"text":")" + std::string(9'000, 'x') + "\"}";
      app.log().append({&event, 1});
    });
  }

  void consume() {
    std::vector<Claimed> claimed;
    step("claim", [&](CrashApplication& app) { claimed = app.claim("record", 5); });
    step("effect", [&](CrashApplication& app) { app.record(claimed.at(0)); });
    step("retry", [](CrashApplication& app) { app.settle("record", 2, Outcome::retry, 10s); });
    step("effect", [&](CrashApplication& app) { app.record(claimed.at(2)); });
    step("extend", [](CrashApplication& app) { app.settle("record", 5, Outcome::extend); });
    step("give back", [](CrashApplication& app) { app.settle("record", 5, Outcome::give_back); });
    step("claim", [&](CrashApplication& app) { claimed = app.claim("other", 3); });
    step("settle and claim", [](CrashApplication& app) {
      const std::vector<Settlement> acks{{.sequence = 1}, {.sequence = 2}, {.sequence = 3}};
      app.log().claim("other", app.owner(), 2, app.now, acks, nullptr);
    });
    step("claim", [&](CrashApplication& app) { claimed = app.claim("record", 1); });
    step("effect", [&](CrashApplication& app) { app.record(claimed.at(0)); });
  }

  void give_up() {
    app_->now += 20s;
    std::vector<Claimed> claimed;
    step("claim", [&](CrashApplication& app) { claimed = app.claim("record", 3); });
    step("dead letter",
         [&](CrashApplication& app) { app.settle("record", claimed.back().event.sequence, Outcome::bury); });
    step("dead letter", [](CrashApplication& app) {
      app.log().bury({.consumer = "record", .event = {.data = "not\xff json"}, .reason = "no event"});
    });
    step("lease", [](CrashApplication& app) { app.now += 1h; });
    step("claim", [&](CrashApplication& app) { claimed = app.claim("record", 2); });
    step("retry letter", [](CrashApplication& app) { app.log().retry({.number = 1}, app.now); });
    step("note", [](CrashApplication& app) { app.log().note({app.now, "dead-letters retry", "1"}); });
    step("discard", [](CrashApplication& app) { app.log().discard({.number = 2}); });
  }

  void go_back() {
    step("replay", [](CrashApplication& app) { app.log().replay("other", 1, 2, app.now); });
    step("pause", [](CrashApplication& app) { app.log().pause("other"); });
    step("rename", [](CrashApplication& app) { app.log().rename_event("users.user.renamed", "users.person.renamed"); });
    step("rewind", [](CrashApplication& app) { app.log().rewind("other", 2, nullptr); });
    step("end owner", [](CrashApplication& app) { app.log().end_owner(app.owner()); });
    step("owner", [](CrashApplication& app) { app.begin_owner(); });
  }

  void scheduled_and_removed() {
    step("schedule", [](CrashApplication& app) {
      app.log().schedule(nth_event(105, "orders.order.placed"), app.now + 1s, nullptr);
    });
    step("schedule", [](CrashApplication& app) {
      app.log().schedule(nth_event(106, "orders.order.placed"), app.now + 9s, nullptr);
    });
    step("cancel", [](CrashApplication& app) { app.log().cancel(2); });
    step("release", [](CrashApplication& app) { app.log().release_due(app.now + 5s); });
    step("inbox", [](CrashApplication& app) { app.log().first_seen("broker", "a", app.now, 1s, nullptr); });
    app_->log().set_retention({.max_count = 9});
    step("retention", [](CrashApplication& app) { app.log().retain(app.now + 10s); });
    for (const bool more : {true, false}) {
      std::vector<Claimed> claimed;
      step("claim", [&](CrashApplication& app) { claimed = app.claim("record", 4); });
      if (more) step("effect", [&](CrashApplication& app) { app.record(claimed.at(0)); });
    }
  }

  const std::filesystem::path file_;
  const Synchronous synchronous_;
  const CrashStep& step_;
  std::unique_ptr<CrashApplication> app_;
};

}  // namespace

void crash_scenario(const std::filesystem::path& file, Synchronous synchronous, const CrashStep& step) {
  Scenario(file, synchronous, step).run();
}

namespace {

std::vector<std::string> rows_of(sqlite3* db, const std::string& sql) {
  std::vector<std::string> rows;
  const auto add = [](void* to, int columns, char** values, char**) {
    std::string row;
    for (int i = 0; i < columns; ++i) row += (values[i] == nullptr ? "NULL" : values[i]) + std::string("|");
    static_cast<std::vector<std::string>*>(to)->push_back(std::move(row));
    return 0;
  };
  if (sqlite3_exec(db, sql.c_str(), add, &rows, nullptr) != SQLITE_OK) rows.push_back(sqlite3_errmsg(db));
  return rows;
}

}  // namespace

std::string content_of(const std::filesystem::path& file) {
  sqlite3* db = nullptr;
  std::string text;
  if (sqlite3_open(file.c_str(), &db) != SQLITE_OK) text = "it cannot be opened\n";
  for (std::string table : rows_of(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")) {
    table.pop_back();
    text += table + "\n";
    for (const std::string& row : rows_of(db, "SELECT * FROM " + table)) text += "  " + row + "\n";
  }
  for (const std::string& problem : rows_of(db, "PRAGMA integrity_check")) {
    if (problem != "ok|") text += problem + "\n";
  }
  sqlite3_close(db);
  return text;
}
