#include <doctest/doctest.h>

#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/store/transaction.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "child_process.hpp"
#include "log_store_suite.hpp"

// kill -9 at random moments, of two processes on one file. More rounds than the usual ones:
//
//   ASHLAR_KILL_ROUNDS=200 store_tests --test-case='*kill -9 at any moment*'

using namespace ashlar::store;
using namespace std::chrono_literals;
using Outcome = LogTest::Outcome;

namespace {

constexpr std::int64_t numbers_of_a_process = 1'000'000;

ashlar::Time now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

// How an event ends that nobody holds up: by its number.
bool is_retried(std::int64_t number) { return number % 11 == 5; }
bool is_buried(std::int64_t number) { return number % 13 == 7; }

// One process of an application under load.
class Process {
 public:
  explicit Process(const std::filesystem::path& file)
      : store_(file, {.min_free_bytes = 0}), log_(make_sqlite_log(store_)) {
    Database database = store_.connect();
    database.execute(
        "CREATE TABLE IF NOT EXISTS kill_order (number INTEGER PRIMARY KEY) STRICT;"
        "CREATE TABLE IF NOT EXISTS kill_effect (sequence INTEGER NOT NULL, key TEXT NOT NULL) STRICT;"
        "CREATE INDEX IF NOT EXISTS kill_effect_by_sequence ON kill_effect (sequence)");
    // No lease runs out meanwhile: what comes back comes back because its process is gone.
    log_->open_consumer({.name = "record", .max_deliver = 1'000, .ack_wait = 1h}, now());
    log_->on_change([this](std::span<const std::string>) {
      const std::lock_guard lock(mutex_);
      ++changes_;
      changed_.notify_all();
    });
  }
  ~Process() { log_->on_change({}); }

  LogStore& log() { return *log_; }
  Store& store() { return store_; }

  // On a disk that stalls, the other process may hold the file for longer than anybody waits: then once more.
  template <class Action>
  static void patiently(const Action& action) {
    for (;;) {
      try {
        return action();
      } catch (const ashlar::Error& error) {
        if (std::string_view(error.what()).find("another process has held") == std::string_view::npos) throw;
      }
    }
  }

  // Events with numbers from `first` on, one after the other, for ever.
  void publish(std::int64_t first) {
    Database database = store_.connect();
    for (std::int64_t number = first;; ++number)
      patiently([&] {
        const std::string key = "key " + std::to_string(number % 5);
        const std::vector<ashlar::StoredEvent> events{nth_event(number, "orders.order.placed", key)};
        Transaction transaction(database);
        database.run("INSERT INTO kill_order (number) VALUES (?)", number);
        const std::int64_t sequence = log_->append(events, &transaction).at(0).sequence;
        transaction.commit();
        tell_parent("stored " + std::to_string(sequence) + " " + std::to_string(number));
      });
  }

  // What there is; `tell` hears of everything that was settled.
  template <class Tell>
  bool consume(Database& database, Owner owner, const Tell& tell) {
    const Claim claim = log_->claim("record", owner, 10, now());
    std::set<std::string> retried;  // keys: what comes after it in its key waits for it
    for (const Claimed& claimed : claim.deliveries) {
      const std::string& key = claimed.event.metadata.key;
      if (retried.contains(key)) {
        const Settlement back{.sequence = claimed.event.sequence, .outcome = Outcome::give_back};
        log_->settle("record", owner, {&back, 1}, now());
      } else if (settle(database, owner, claimed, tell) == Outcome::retry) {
        retried.insert(key);
      }
    }
    return !claim.deliveries.empty() || claim.more || !claim.buried.empty();
  }

  void consume_for_ever() {
    Database database = store_.connect();
    Owner owner = 0;
    patiently([&] { owner = log_->begin_owner(); });
    for (;;) {
      std::unique_lock lock(mutex_);
      const std::int64_t seen = changes_;
      lock.unlock();
      bool more = false;
      patiently([&] { more = consume(database, owner, tell_parent); });
      if (more) continue;
      lock.lock();
      changed_.wait(lock, [&] { return changes_ != seen; });
    }
  }

 private:
  template <class Tell>
  Outcome settle(Database& database, Owner owner, const Claimed& claimed, const Tell& tell) {
    const std::int64_t sequence = claimed.event.sequence;
    const std::int64_t number = std::stoll(claimed.event.data.substr(sizeof R"({"number":)" - 1));
    Settlement settlement{.sequence = sequence};
    std::string what = "effect ";
    if (is_buried(number)) {
      settlement.outcome = Outcome::bury;
      what = "dead ";
    } else if (is_retried(number) && claimed.count == 1) {
      settlement.outcome = Outcome::retry;
      what = "retried ";
    }
    SettlementResult result{};
    if (settlement.outcome == Outcome::ack) {
      Transaction transaction(database);
      database.run("INSERT INTO kill_effect (sequence, key) VALUES (?, ?)", sequence, claimed.event.metadata.key);
      result = log_->settle("record", owner, {&settlement, 1}, now(), &transaction).at(0);
      if (result == SettlementResult::done) transaction.commit();
    } else {
      result = log_->settle("record", owner, {&settlement, 1}, now()).at(0);
    }
    tell((result == SettlementResult::late ? "late " : what) + std::to_string(sequence));
    return settlement.outcome;
  }

  Store store_;
  std::unique_ptr<LogStore> log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t changes_ = 0;
};

// What the processes have said, against what is in their file.
class Ledger {
 public:
  void add(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      std::istringstream words(line);
      std::string what;
      std::int64_t sequence = 0;
      std::int64_t number = 0;
      words >> what >> sequence >> number;
      if (what == "stored")
        stored_.insert({sequence, number});
      else if (what == "effect")
        twice_ += effects_.insert(sequence).second ? 0 : 1;
      else if (what == "dead")
        dead_.insert(sequence);
      else if (what == "retried")
        ++retried_;
      else
        late_ += 1;
    }
  }

  std::string compare(Database& database) const {
    std::string problems;
    if (twice_ > 0) problems += "reported twice as settled; ";
    if (late_ > 0) problems += "a process was late with what it holds; ";
    for (const auto& [sequence, number] : stored_) {
      auto row = database.query("SELECT data->>'number' FROM ashlar_log WHERE sequence = ?", sequence);
      if (!row.step() || row.get<std::int64_t>(0) != number)
        problems += "event " + std::to_string(number) + " is gone; ";
    }
    const auto missing = [&](std::set<std::int64_t> sequences, const char* sql) {
      auto row = database.query(sql);
      while (row.step()) sequences.erase(row.get<std::int64_t>(0));
      if (!sequences.empty()) problems += "what became of " + std::to_string(*sequences.begin()) + " is gone; ";
    };
    missing(effects_, "SELECT sequence FROM kill_effect");
    missing(dead_, "SELECT sequence FROM ashlar_dead_letter");
    const auto none = [&](const char* problem, const char* sql) {
      auto row = database.query(sql);
      if (row.step()) problems += std::string(problem) + "; ";
    };
    none("settled twice", "SELECT 1 FROM kill_effect GROUP BY sequence HAVING count(*) > 1");
    none("a dead letter twice", "SELECT 1 FROM ashlar_dead_letter GROUP BY sequence HAVING count(*) > 1");
    none("settled and a dead letter",
         "SELECT 1 FROM kill_effect WHERE sequence IN (SELECT sequence FROM ashlar_dead_letter)");
    none("out of order in its key",
         "SELECT 1 FROM (SELECT sequence, lag(sequence) OVER (PARTITION BY key ORDER BY rowid) AS before FROM "
         "kill_effect) WHERE before > sequence");
    none("an event without its order",
         "SELECT 1 FROM ashlar_log WHERE data->>'number' NOT IN (SELECT number FROM kill_order)");
    none("an order without its event",
         "SELECT 1 FROM kill_order WHERE (SELECT count(*) FROM kill_order) <> (SELECT count(*) FROM ashlar_log)");
    auto check = database.query("PRAGMA quick_check");
    if (!check.step() || check.get<std::string>(0) != "ok") problems += "the file is damaged; ";
    return problems;
  }

  std::string figures() const {
    return std::to_string(stored_.size()) + " events, " + std::to_string(effects_.size()) + " effects, " +
           std::to_string(retried_) + " retries and " + std::to_string(dead_.size()) + " dead letters reported";
  }

 private:
  std::set<std::pair<std::int64_t, std::int64_t>> stored_;
  std::set<std::int64_t> effects_;
  std::set<std::int64_t> dead_;
  std::int64_t retried_ = 0;
  std::int64_t twice_ = 0;
  std::int64_t late_ = 0;
};

std::map<std::string, std::string> environment_of(const std::filesystem::path& file, int process) {
  return {{"ASHLAR_KILL_FILE", file.string()}, {"ASHLAR_KILL_PROCESS", std::to_string(process)}};
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

int rounds() {
  constexpr int usual = 10;
  const auto wanted = variable("ASHLAR_KILL_ROUNDS");
  return wanted ? std::stoi(*wanted) : usual;
}

}  // namespace

// These two are no tests but what the children of those below do; ChildProcess starts them by name. So they are left out
// of the list, and nothing is disabled.
TEST_CASE("in a child: a process under load" * doctest::skip()) {
  const auto file = variable("ASHLAR_KILL_FILE");
  if (!file) return;
  Process process(*file);
  const std::int64_t first = std::stoll(variable("ASHLAR_KILL_PROCESS").value_or("1")) * numbers_of_a_process;
  std::thread one([&] { process.consume_for_ever(); });
  std::thread other([&] { process.consume_for_ever(); });
  process.publish(first);
  one.join();
  other.join();
}

TEST_CASE("in a child: a process that holds what it has claimed" * doctest::skip()) {
  const auto file = variable("ASHLAR_KILL_FILE");
  if (!file) return;
  Process process(*file);
  const Owner owner = process.log().begin_owner();
  for (const Claimed& claimed : process.log().claim("record", owner, 3, now()).deliveries) {
    tell_parent(std::to_string(claimed.event.sequence));
  }
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable().wait(lock, [] { return false; });
}

TEST_CASE("E8: kill -9 at any moment, of two processes on one file: nothing committed is lost, nothing settled twice") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  std::random_device seed;
  std::mt19937 random(seed());
  std::uniform_int_distribution<std::size_t> moment(0, 120);
  Ledger ledger;
  const int count = rounds();
  for (int round = 0; round < count; ++round) {
    ChildProcess first("in a child: a process under load", environment_of(file, 2 * round + 1));
    ChildProcess second("in a child: a process under load", environment_of(file, 2 * round + 2));
    CHECK(first.wait_for_lines(moment(random)));
    first.kill();
    // The other one goes on, with what the first one held.
    CHECK(second.wait_for_lines(second.lines().size() + moment(random)));
    second.kill();
    ledger.add(first.lines());
    ledger.add(second.lines());
    Process process(file);
    Database database = process.store().connect();
    const std::string problems = ledger.compare(database);
    REQUIRE_MESSAGE(problems.empty(), "round ", round, ": ", problems);
  }
  Process process(file);
  Database database = process.store().connect();
  const Owner owner = process.log().begin_owner();
  std::vector<std::string> told;
  while (process.consume(database, owner, [&](const std::string& line) { told.push_back(line); })) continue;
  ledger.add(told);
  CHECK(ledger.compare(database) == "");
  auto left = database.query(
      "SELECT count(*) FROM ashlar_log WHERE sequence NOT IN (SELECT sequence FROM kill_effect UNION SELECT sequence "
      "FROM "
      "ashlar_dead_letter)");
  REQUIRE(left.step());
  CHECK(left.get<int>(0) == 0);
  CHECK(process.log().consumers().at(0).lag == 0);
  MESSAGE(count, " rounds, ", 2 * count, " processes killed; ", ledger.figures());
}

TEST_CASE("E8: what a killed process held is delivered again at once, and what a living one holds is not") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  Process process(file);
  const std::vector<ashlar::StoredEvent> events{
      nth_event(1, "orders.order.placed"), nth_event(2, "orders.order.placed"), nth_event(3, "orders.order.placed")};
  process.log().append(events);
  const Owner owner = process.log().begin_owner();
  ChildProcess child("in a child: a process that holds what it has claimed", environment_of(file, 1));
  REQUIRE(child.wait_for_lines(3));
  CHECK(process.log().claim("record", owner, 10, now()).deliveries.empty());
  child.kill();
  for (std::int64_t sequence = 1; sequence <= 3; ++sequence) {
    const Claim claim = process.log().claim("record", owner, 10, now());
    REQUIRE(claim.deliveries.size() == 1);
    CHECK(claim.deliveries[0].event.sequence == sequence);
    CHECK(claim.deliveries[0].count == 2);
  }
}
