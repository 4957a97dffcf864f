#include <doctest/doctest.h>

#include <ashlar/testing/temporary_directory.hpp>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "crash_scenario.hpp"
#include "message_of.hpp"
#include "part.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using Outcome = LogTest::Outcome;

namespace {

constexpr std::size_t page = 4096;

// A file with rows of every kind, and the log that belongs to it while it is open.
struct Sound {
  std::string file;
  std::string log;
};

Sound sound_file(const std::filesystem::path& file) {
  Sound sound;
  CrashApplication app(file, Synchronous::off);
  Database database = app.store.connect();
  database.execute(
      "CREATE TABLE crash_order (number INTEGER PRIMARY KEY) STRICT;"
      "CREATE TABLE crash_effect (sequence INTEGER NOT NULL, key TEXT NOT NULL) STRICT");
  app.open_consumers();
  app.begin_owner();
  for (int number = 1; number <= 40; ++number) app.publish(number, number % 3 == 0 ? "" : "key");
  app.claim("record", 10);
  app.settle("record", 1, Outcome::bury);
  app.settle("record", 3, Outcome::bury);
  app.settle("record", 6, Outcome::retry);
  for (const Claimed& claimed : app.claim("other", 5)) app.settle("other", claimed.event.sequence, Outcome::retry);
  app.log().schedule(nth_event(50, "orders.order.placed"), app.now, nullptr);
  app.log().first_seen("broker", "a", app.now, 1h, nullptr);
  app.log().note({app.now, "dead-letters retry", "1"});
  database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  for (int number = 41; number <= 60; ++number) app.publish(number, "key");
  sound = {read_file(file), read_file(file.string() + "-wal")};
  return sound;
}

// What goes wrong when everything is done that can be done with a file; nothing but an Error may come out of it.
std::set<std::string> errors_of(const std::filesystem::path& file) {
  std::set<std::string> errors;
  const auto attempt = [&](const std::function<void()>& action) {
    const std::string error = message_of(action);
    if (error != "nothing was thrown") errors.insert(error);
  };
  std::unique_ptr<CrashApplication> app;
  attempt([&] { app = std::make_unique<CrashApplication>(file, Synchronous::off); });
  if (app == nullptr) return errors;
  LogStore& log = app->log();
  attempt([&] { app->open_consumers(); });
  attempt([&] { app->begin_owner(); });
  app->now += 24h;
  attempt([&] { app->publish(100, "key"); });
  attempt([&] { log.append_later(nth_event(101, "users.user.renamed"), {}), log.flush(); });
  attempt([&] { log.read(1, 1'000, std::vector<std::string>{"#"}); });
  attempt([&] { log.bounds(), log.stored_names(); });
  attempt([&] { log.consumers(); });
  for (const char* consumer : {"record", "other"}) {
    attempt([&] {
      for (const Claimed& claimed : app->claim(consumer)) app->settle(consumer, claimed.event.sequence, Outcome::retry);
    });
    attempt([&] {
      for (const Claimed& claimed : app->claim(consumer)) app->settle(consumer, claimed.event.sequence, Outcome::ack);
    });
  }
  attempt([&] { log.dead_letters({}), log.dead_letter_groups({}); });
  attempt([&] { log.retry({}, app->now); });
  attempt([&] { log.replay("other", 1, 5, app->now), log.rewind("other", 2, nullptr); });
  attempt([&] { log.scheduled(), log.release_due(app->now), log.next_due(); });
  attempt([&] { log.first_seen("broker", "a", app->now, 1h, nullptr); });
  attempt([&] { log.actions(10); });
  log.set_retention({.max_count = 10});
  attempt([&] { log.retain(app->now); });
  log.set_retention({.policy = RetentionPolicy::interest});
  attempt([&] { log.retain(app->now); });
  attempt([&] { log.end_owner(app->owner()); });
  return errors;
}

std::size_t below(std::mt19937& random, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

void scribble(std::string& bytes, std::mt19937& random, std::size_t at, std::size_t count) {
  for (std::size_t i = at; i < std::min(at + count, bytes.size()); ++i) bytes[i] = static_cast<char>(random());
}

Sound damaged(Sound sound, unsigned seed) {
  std::mt19937 random(seed);
  std::string& file = seed % 4 == 3 ? sound.log : sound.file;
  switch (seed % 7) {
    case 0: scribble(file, random, below(random, file.size()), 1 + below(random, 64)); break;
    case 1: scribble(file, random, below(random, file.size() / page) * page, page); break;
    case 2: file.resize(below(random, file.size())); break;
    case 3: file.replace(below(random, file.size() / page) * page, page, page, '\0'); break;
    case 4: scribble(file, random, below(random, 100), 4); break;
    case 5:
      for (int i = 0; i < 200; ++i) scribble(file, random, below(random, file.size()), 1);
      break;
    // Of a page, what says where its rows are.
    case 6: scribble(file, random, below(random, file.size() / page) * page, 24); break;
  }
  return sound;
}

void write(const std::filesystem::path& path, const Sound& sound) {
  write_file(path, sound.file);
  write_file(path.string() + "-wal", sound.log);
  std::filesystem::remove(path.string() + "-shm");
}

}  // namespace

TEST_CASE("E12: whatever has happened to the file's bytes, the log says so or works, and nothing crashes") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  const Sound sound = sound_file(file);
  constexpr unsigned variants = 200;
  int refused = 0;
  std::set<std::string> kinds;
  for (unsigned seed = 0; seed < variants; seed += every) {
    INFO("seed ", seed);
    write(file, damaged(sound, seed));
    const std::set<std::string> errors = errors_of(file);
    refused += errors.empty() ? 0 : 1;
    for (const std::string& error : errors) kinds.insert(error.substr(0, error.find(" (in")));
  }
  MESSAGE((variants / every), " damaged files, ", refused, " of them noticed");
  CHECK(refused > static_cast<int>(variants) / every / 4);
  CHECK(kinds.contains("database shop.db: database disk image is malformed"));
}

TEST_CASE("E1: wherever the last page was torn, every commit before it is there, and the log goes on") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  std::map<std::size_t, std::int64_t> commits;  // how long the write-ahead log was, and the last sequence
  Sound sound;
  {
    Store store(file, {.synchronous = Synchronous::off, .min_free_bytes = 0});
    const auto log = make_sqlite_log(store);
    auto row = store.connect().query("PRAGMA wal_checkpoint(TRUNCATE)");
    while (row.step()) continue;
    for (int number = 1; number <= 8; ++number) {
      const ashlar::StoredEvent event = nth_event(number, "orders.order.placed");
      const std::int64_t sequence = log->append({&event, 1}).at(0).sequence;
      commits.emplace(std::filesystem::file_size(file.string() + "-wal"), sequence);
    }
    sound = {read_file(file), read_file(file.string() + "-wal")};
  }
  REQUIRE(commits.size() == 8);
  constexpr std::size_t sector = 512;
  for (std::size_t left = 0; left <= sound.log.size(); left += sector) {
    INFO(left);
    // What was not written may be anything.
    const auto tail = std::string(left % 3 * sector, static_cast<char>(left / sector));
    write(file, {sound.file, sound.log.substr(0, left) + tail});
    const auto after = commits.upper_bound(left);
    const std::int64_t last = after == commits.begin() ? 0 : std::prev(after)->second;
    Store store(file, {.synchronous = Synchronous::off, .min_free_bytes = 0});
    const auto log = make_sqlite_log(store);
    CHECK(log->bounds().last == last);
    const ashlar::StoredEvent event = nth_event(100, "orders.order.placed");
    CHECK(log->append({&event, 1}).at(0).sequence == last + 1);
  }
}

TEST_CASE("E12: a value in the log that makes no sense is an error, and nothing worse") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  const Sound sound = sound_file(file);
  for (const char* sql :
       {"UPDATE ashlar_delivery SET attempts = 'no json'", "UPDATE ashlar_delivery SET attempts = '[[1]]'",
        "UPDATE ashlar_dead_letter SET attempts = '{'",
        "UPDATE ashlar_dead_letter SET attempts = '[[1,2,\"\\ud800\"]]'",
        "UPDATE ashlar_delivery SET state = 77, owner = -5",
        "UPDATE ashlar_lease SET last = first - 5, deliveries = -1", "UPDATE ashlar_consumer SET events = '*** # ((('",
        "UPDATE ashlar_consumer SET next = -1, max_in_flight = -9",
        "UPDATE ashlar_log SET id = CAST('short' || sequence AS BLOB)", "UPDATE ashlar_log SET name = 99",
        "DELETE FROM ashlar_event_name", "DELETE FROM ashlar_log_state",
        "UPDATE ashlar_log_state SET last_sequence = 1", "DROP TABLE ashlar_lease",
        "UPDATE ashlar_log SET time = 9223372036854775807", "UPDATE ashlar_delivery SET due = -9223372036854775808",
        "UPDATE ashlar_event_rename SET new_name = old_name", "UPDATE ashlar_dead_letter SET sequence = -3"}) {
    INFO(std::string(sql));
    write(file, sound);
    Database(file).execute(sql);
    CHECK_NOTHROW(errors_of(file));
  }
}

TEST_CASE("E12: a file that is none of SQLite's is refused when it is opened, and stays as it is") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "notes.txt";
  const std::string text = "Not a database at all, but " + std::string(2'000, '.') + " long enough for one.";
  write_file(file, text);
  Store store(file);
  CHECK(
      message_of([&] { make_sqlite_log(store); }) ==
      "database notes.txt: file is not a database (in `PRAGMA synchronous = EXTRA`): the file is none of SQLite's, or "
      "its "
      "beginning is damaged: name another, or restore a backup");
  CHECK(read_file(file) == text);
  Store folder_as_file(folder.path());
  CHECK(message_of([&] { make_sqlite_log(folder_as_file); }) ==
        "cannot open the database " + folder.path().string() + ": unable to open database file");
}

TEST_CASE("E12: where one table is damaged, what does not need it goes on") {
  const ashlar::testing::TemporaryDirectory folder;
  const std::filesystem::path file = folder.path() / "shop.db";
  Sound sound = sound_file(file);
  std::filesystem::remove(file.string() + "-wal");
  std::int64_t root = 0;
  {
    Database database(file);
    auto row = database.query("SELECT rootpage FROM sqlite_schema WHERE name = 'ashlar_dead_letter'");
    REQUIRE(row.step());
    root = row.get<std::int64_t>(0);
  }
  sound.file.replace(static_cast<std::size_t>(root - 1) * page, page, page, 'x');
  write(file, sound);

  CrashApplication app(file, Synchronous::off);
  const std::string error = message_of([&] { app.log().dead_letters({}); });
  CHECK(error.starts_with("database shop.db: database disk image is malformed (in `SELECT number, consumer, reason,"));
  CHECK(
      error.ends_with("the file is damaged: stop the program and restore a backup, or take what can be read with "
                      "`sqlite3 FILE .recover`"));
  app.begin_owner();
  app.now += 24h;
  const std::int64_t last = app.log().bounds().last;
  app.publish(100, "key");
  CHECK(app.log().bounds().last == last + 1);
  const std::vector<Claimed> claimed = app.claim("other");
  REQUIRE_FALSE(claimed.empty());
  for (const Claimed& one : claimed) app.settle("other", one.event.sequence, Outcome::ack);
  // It stays with its consumer until its letter can be written.
  const std::vector<Claimed> recorded = app.claim("record", 1);
  REQUIRE(recorded.size() == 1);
  CHECK(message_of([&] { app.settle("record", recorded[0].event.sequence, Outcome::bury); }).find("malformed") !=
        std::string::npos);
  CHECK(app.record(recorded[0]));
}
