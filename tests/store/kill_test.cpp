#include <doctest/doctest.h>

#include <ashlar/testing/temporary_directory.hpp>
#include <cstdlib>
#include <random>
#include <set>
#include <sstream>

#include "child_process.hpp"
#include "kill_process.hpp"
#include "log_store_suite.hpp"
#include "part.hpp"

// kill -9 at random moments, of two processes on one file. More rounds than the usual ones:
//
//   ASHLAR_KILL_ROUNDS=200 store_tests --test-case='*kill -9 at any moment*'

using namespace ashlar::store;

namespace {

constexpr std::int64_t numbers_of_a_process = 1'000'000;

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

// `process` gives the numbers of its events.
std::vector<std::string> load(const std::filesystem::path& file, int process) {
  return {KILL_CHILD, "load", file.string(), std::to_string(process * numbers_of_a_process)};
}

int rounds() {
  constexpr int usual = every == 1 ? 10 : 3;
  const char* wanted = std::getenv("ASHLAR_KILL_ROUNDS");
  return wanted == nullptr ? usual : std::stoi(wanted);
}

// Whether it has told so many lines in the end.
void wait_for(ChildProcess& child, std::size_t lines) {
  const bool told = child.wait_for_lines(lines);
  INFO("the child ended by itself: ", told ? "" : child.ending());
  REQUIRE(told);
}

}  // namespace

TEST_CASE("E8: kill -9 at any moment, of two processes on one file: nothing committed is lost, nothing settled twice") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  std::random_device seed;
  std::mt19937 random(seed());
  std::uniform_int_distribution<std::size_t> moment(0, 120);
  Ledger ledger;
  const int count = rounds();
  for (int round = 0; round < count; ++round) {
    ChildProcess first(load(file, 2 * round + 1));
    ChildProcess second(load(file, 2 * round + 2));
    wait_for(first, moment(random));
    first.kill();
    // The other one goes on, with what the first one held.
    wait_for(second, second.lines().size() + moment(random));
    second.kill();
    ledger.add(first.lines());
    ledger.add(second.lines());
    KillProcess process(file);
    Database database = process.connect();
    const std::string problems = ledger.compare(database);
    REQUIRE_MESSAGE(problems.empty(), "round ", round, ": ", problems);
  }
  KillProcess process(file);
  Database database = process.connect();
  const Owner owner = process.begin_owner();
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
  KillProcess process(file);
  const std::vector<ashlar::StoredEvent> events{
      nth_event(1, "orders.order.placed"), nth_event(2, "orders.order.placed"), nth_event(3, "orders.order.placed")};
  process.log().append(events);
  const Owner owner = process.begin_owner();
  ChildProcess child({KILL_CHILD, "hold", file.string()});
  wait_for(child, 3);
  CHECK(process.log().claim("record", owner, 10, now_of_the_machine()).deliveries.empty());
  child.kill();
  for (std::int64_t sequence = 1; sequence <= 3; ++sequence) {
    const Claim claim = process.log().claim("record", owner, 10, now_of_the_machine());
    REQUIRE(claim.deliveries.size() == 1);
    CHECK(claim.deliveries[0].event.sequence == sequence);
    CHECK(claim.deliveries[0].count == 2);
  }
}
