#include "kill_process.hpp"

#include <chrono>
#include <set>
#include <vector>

using namespace ashlar::store;
using namespace std::chrono_literals;
using Outcome = Settlement::Outcome;

namespace {

// How an event ends that nobody holds up: by its number.
bool is_retried(std::int64_t number) { return number % 11 == 5; }
bool is_buried(std::int64_t number) { return number % 13 == 7; }

ashlar::StoredEvent event_of(std::int64_t number) {
  ashlar::StoredEvent event;
  event.metadata.name = "orders.order.placed";
  event.metadata.id = ashlar::Uuid::v7(1'700'000'000'000 + number);
  event.metadata.time = now_of_the_machine();
  event.metadata.key = "key " + std::to_string(number % 5);
  event.data = R"({"number":)" + std::to_string(number) + "}";
  return event;
}

std::int64_t number_of(const ashlar::StoredEvent& event) {
  return std::stoll(event.data.substr(sizeof R"({"number":)" - 1));
}

}  // namespace

ashlar::Time now_of_the_machine() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

KillProcess::KillProcess(const std::filesystem::path& file)
    : store_(file, {.min_free_bytes = 0}), log_(patiently([this] { return make_sqlite_log(store_); })) {
  patiently([this] {
    store_.connect().execute(
        "CREATE TABLE IF NOT EXISTS kill_order (number INTEGER PRIMARY KEY) STRICT;"
        "CREATE TABLE IF NOT EXISTS kill_effect (sequence INTEGER NOT NULL, key TEXT NOT NULL) STRICT;"
        "CREATE INDEX IF NOT EXISTS kill_effect_by_sequence ON kill_effect (sequence)");
    // No lease runs out meanwhile: what comes back comes back because its process is gone.
    log_->open_consumer({.name = "record", .max_deliver = 1'000, .ack_wait = 1h}, now_of_the_machine());
  });
  log_->on_change([this](std::span<const std::string>) {
    const std::lock_guard lock(mutex_);
    ++changes_;
    changed_.notify_all();
  });
}

KillProcess::~KillProcess() { log_->on_change({}); }

Database KillProcess::connect() {
  return patiently([this] { return store_.connect(); });
}

Owner KillProcess::begin_owner() {
  return patiently([this] { return log_->begin_owner(); });
}

void KillProcess::publish(std::int64_t first, const Tell& tell) {
  Database database = connect();
  for (std::int64_t number = first;; ++number) {
    const std::vector<ashlar::StoredEvent> events{event_of(number)};
    const std::int64_t sequence = patiently([&] {
      Transaction transaction(database);
      database.run("INSERT INTO kill_order (number) VALUES (?)", number);
      const std::int64_t stored = log_->append(events, &transaction).at(0).sequence;
      transaction.commit();
      return stored;
    });
    tell("stored " + std::to_string(sequence) + " " + std::to_string(number));
  }
}

bool KillProcess::consume(Database& database, Owner owner, const Tell& tell) {
  const Claim claim = patiently([&] { return log_->claim("record", owner, 10, now_of_the_machine()); });
  std::set<std::string> retried;  // keys: what comes after it in its key waits for it
  for (const Claimed& claimed : claim.deliveries) {
    const std::string& key = claimed.event.metadata.key;
    if (retried.contains(key)) {
      const Settlement back{.sequence = claimed.event.sequence, .outcome = Outcome::give_back};
      patiently([&] { return log_->settle("record", owner, {&back, 1}, now_of_the_machine()); });
    } else if (settle(database, owner, claimed, tell) == Outcome::retry) {
      retried.insert(key);
    }
  }
  return !claim.deliveries.empty() || claim.more || !claim.buried.empty();
}

void KillProcess::consume_for_ever(const Tell& tell) {
  Database database = connect();
  const Owner owner = begin_owner();
  for (;;) {
    std::unique_lock lock(mutex_);
    const std::int64_t seen = changes_;
    lock.unlock();
    if (consume(database, owner, tell)) continue;
    lock.lock();
    changed_.wait(lock, [&] { return changes_ != seen; });
  }
}

Outcome KillProcess::settle(Database& database, Owner owner, const Claimed& claimed, const Tell& tell) {
  const std::int64_t sequence = claimed.event.sequence;
  const std::int64_t number = number_of(claimed.event);
  Settlement settlement{.sequence = sequence};
  std::string what = "effect ";
  if (is_buried(number)) {
    settlement.outcome = Outcome::bury;
    what = "dead ";
  } else if (is_retried(number) && claimed.count == 1) {
    settlement.outcome = Outcome::retry;
    what = "retried ";
  }
  const SettlementResult result = patiently([&] {
    if (settlement.outcome != Outcome::ack)
      return log_->settle("record", owner, {&settlement, 1}, now_of_the_machine()).at(0);
    Transaction transaction(database);
    database.run("INSERT INTO kill_effect (sequence, key) VALUES (?, ?)", sequence, claimed.event.metadata.key);
    const auto settled = log_->settle("record", owner, {&settlement, 1}, now_of_the_machine(), &transaction).at(0);
    if (settled == SettlementResult::done) transaction.commit();
    return settled;
  });
  tell((result == SettlementResult::late ? "late " : what) + std::to_string(sequence));
  return settlement.outcome;
}
