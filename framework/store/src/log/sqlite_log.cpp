#include "log/sqlite_log.hpp"

#include <ashlar/store/migrate.hpp>
#include <utility>

#include "log/event_rows.hpp"
#include "log/format.hpp"
#include "log/schema.hpp"
#include "query.hpp"
#include "store_state.hpp"

namespace ashlar::store {
namespace {

// How long a consumer may take to hear of what another process wrote.
constexpr std::chrono::milliseconds watch_interval{100};
constexpr std::chrono::milliseconds second_look{2};
constexpr int enough_surprises = 8;

// Of a replay: so many sequences in one commit.
constexpr std::int64_t step_size = 1'000;

std::filesystem::path owners_file(const Store& store) {
  std::filesystem::path file = store.file();
  file += owners_file_suffix;
  return file;
}

std::shared_ptr<Connection> migrated(Store& store) {
  Database database = store.connect();
  migrate(database, log_schema_name, log_schema());
  return store.state().connect();
}

}  // namespace

std::unique_ptr<LogStore> make_sqlite_log(Store& store) { return std::make_unique<SqliteLog>(store); }

SqliteLog::SqliteLog(Store& store)
    : store_(store),
      reader_(migrated(store)),
      owners_(owners_file(store)),
      consumers_(names_, owners_),
      reading_consumers_(names_, owners_),
      may_refuse_(store.options().max_bytes.has_value()),
      writer_(store.state().connect(), [this](const Work& work) { wake(work); }) {
  names_.read_renames(*reader_);
}

SqliteLog::~SqliteLog() {
  {
    std::lock_guard lock(settings_mutex_);
    ending_ = true;
    wake_.reset();
  }
  ends_.notify_all();
  if (watch_.joinable()) watch_.join();
}

void SqliteLog::change(UnitOfWork* unit, const Writer::Action& action) {
  if (unit == nullptr) {
    writer_.run(action);
    return;
  }
  auto* transaction = dynamic_cast<Transaction*>(unit);
  const std::shared_ptr<Connection> connection = transaction == nullptr ? nullptr : connection_of(*transaction);
  if (connection == nullptr || connection->gate() != store_.state().gate) {
    throw Error(
        "an event joins a transaction of the log's own file only: open it on a database that "
        "ashlar::store::Store::connect() "
        "gave, and before its commit");
  }
  Work work(*connection);
  action(work);
  work.save();
  for (auto& after : work.take_after()) unit->after_commit(std::move(after));
  if (!work.wakes_all && work.appended.empty()) return;
  unit->after_commit([this, own = own_changes_of(work), all = work.wakes_all, events = names_of(work)] {
    own_changes_ += own;
    wake(all ? std::span<const std::string>() : events);
  });
}

void SqliteLog::look(const std::function<void(Connection&)>& action) {
  std::lock_guard lock(reader_mutex_);
  names_.read_renames(*reader_);
  action(*reader_);
}

Owner SqliteLog::begin_owner() {
  Owner owner = 0;
  writer_.run([&](Work& work) {
    Query row(work.db, "UPDATE ashlar_log_state SET last_owner = last_owner + 1 RETURNING last_owner");
    row.step();
    owner = row.integer(0);
    row.run();
  });
  owners_.begin(owner);
  return owner;
}

void SqliteLog::end_owner(Owner owner) {
  writer_.run([&](Work& work) { consumers_.give_back(work, owner); });
  owners_.end(owner);
}

void SqliteLog::open_consumer(const ConsumerSettings& settings, Time) {
  Retention retention;
  {
    std::lock_guard lock(settings_mutex_);
    retention = retention_;
  }
  writer_.run([&](Work& work) {
    consumers_.open(work, settings);
    if (retention.policy == RetentionPolicy::work_queue) consumers_.check_work_queue(work.db);
  });
}

void SqliteLog::remove_consumer(std::string_view name) {
  writer_.run([&](Work& work) { consumers_.remove(work, name); });
}

std::vector<ConsumerStatus> SqliteLog::consumers() {
  std::vector<ConsumerStatus> statuses;
  look([&](Connection& db) {
    // One state of the file for all that is counted.
    db.execute("BEGIN");
    try {
      statuses = consumers_.status(db);
    } catch (...) {
      db.execute("ROLLBACK");
      throw;
    }
    db.execute("COMMIT");
  });
  return statuses;
}

Claim SqliteLog::claim(std::string_view name, Owner owner, std::size_t limit, Time now,
                       std::span<const Settlement> settlements, std::vector<SettlementResult>* results) {
  if (!owners_.is_own(owner)) {
    throw Error("owner " + std::to_string(owner) + " claims events of '" + std::string(name) +
                "', but has ended or never began: begin_owner() makes one");
  }
  Claim claim;
  writer_.run(
      [&](Work& work) {
        // A newer program may run beside this one.
        names_.read_renames(work.db);
        const Consumer consumer = consumers_.find(work.db, name);
        std::vector<SettlementResult> settled = consumers_.settle(work, consumer, owner, settlements, now);
        if (results != nullptr) *results = std::move(settled);
        claim = consumers_.claim(work, consumer, owner, limit, now);
      },
      // Who has handled nothing yet loses nothing: after a power cut the same events come again.
      settlements.empty() ? Writer::Survives::process : Writer::Survives::power_cut);
  return claim;
}

std::vector<SettlementResult> SqliteLog::settle(std::string_view name, Owner owner,
                                                std::span<const Settlement> settlements, Time now, UnitOfWork* unit) {
  for (const Settlement& settlement : settlements) {
    if (unit == nullptr || settlement.outcome == Settlement::Outcome::ack) continue;
    throw Error("only an ack can be part of a unit of work; consumer '" + std::string(name) + "' settles event " +
                std::to_string(settlement.sequence) + " otherwise: settle it without the unit");
  }
  std::vector<SettlementResult> results;
  change(unit, [&](Work& work) {
    if (!Query(work.db, "SELECT 1 FROM ashlar_consumer WHERE name = ?", name).step()) {
      results.assign(settlements.size(), SettlementResult::late);
      return;
    }
    results = consumers_.settle(work, consumers_.find(work.db, name), owner, settlements, now);
  });
  return results;
}

void SqliteLog::set_paused(std::string_view name, int paused) {
  writer_.run([&](Work& work) {
    Query(work.db, "UPDATE ashlar_consumer SET paused = ? WHERE number = ?", paused,
          consumers_.find(work.db, name).number)
        .run();
    work.wakes_all = true;
  });
}

std::int64_t SqliteLog::replay(std::string_view name, std::int64_t from, std::int64_t to, Time now,
                               const Noting& noting) {
  std::int64_t count = 0;
  const LogBounds stored = bounds();
  from = std::max(from, stored.first);
  to = std::min(to, stored.last);
  // At least once, so that a consumer that nobody knows is refused.
  do {
    const std::int64_t end = std::min(to, from + step_size - 1);
    std::vector<std::int64_t> replayed;
    writer_.run([&](Work& work) {
      replayed = consumers_.replay(work, consumers_.find(work.db, name), from, end, now);
      if (!noting || replayed.empty()) return;
      for (const LogAction& action : noting(replayed)) add_note(work.db, action);
    });
    count += static_cast<std::int64_t>(replayed.size());
    from = end + 1;
  } while (from <= to);
  return count;
}

void SqliteLog::rewind(std::string_view name, std::int64_t sequence, UnitOfWork* unit) {
  change(unit, [&](Work& work) { consumers_.rewind(work, consumers_.find(work.db, name), sequence); });
}

void SqliteLog::on_change(Wake wake) {
  std::lock_guard lock(settings_mutex_);
  wake_ = wake ? std::make_shared<const Wake>(std::move(wake)) : nullptr;
  if (wake_ != nullptr && !watch_.joinable()) watch_ = std::thread([this] { watch(); });
}

std::vector<std::string> SqliteLog::names_of(const Work& work) {
  std::vector<std::string> events;
  for (const std::int64_t number : work.appended) {
    const EventName event = names_.of(work.db, number);
    events.push_back(event.name + (event.version == 1 ? "" : "@" + std::to_string(event.version)));
  }
  return events;
}

std::int64_t SqliteLog::own_changes_of(const Work& work) { return work.events + (work.wakes_all ? 1 : 0); }

void SqliteLog::wake(const Work& work) {
  const std::int64_t own = own_changes_of(work);
  own_changes_ += own;
  try {
    if (work.wakes_all) {
      wake(std::span<const std::string>());
    } else if (!work.appended.empty()) {
      wake(names_of(work));
    }
  } catch (...) {
    // It counts as somebody else's, and all are woken for it.
    own_changes_ -= own;
    throw;
  }
}

void SqliteLog::wake(std::span<const std::string> events) {
  std::shared_ptr<const Wake> call;
  {
    std::lock_guard lock(settings_mutex_);
    call = wake_;
  }
  if (call != nullptr) (*call)(events);
}

// What the file counts and this process has not done was done by another one. A commit of this process stands in the file a
// little before it is counted here, so a look may find too many, never too few: who finds more than before looks again.
void SqliteLog::watch() {
  std::shared_ptr<Connection> connection;
  std::optional<std::int64_t> known;
  std::int64_t fewest = 0;  // of those looks that found more
  int surprises = 0;
  std::unique_lock lock(settings_mutex_);
  do {
    lock.unlock();
    try {
      if (connection == nullptr) connection = store_.state().connect();
      const std::int64_t own = own_changes_;
      const LogCounters counters = read_counters(*connection);
      const std::int64_t others = counters.last_sequence + counters.changes - own;
      const bool found_more = known && others > *known;
      fewest = surprises == 0 ? others : std::min(fewest, others);
      surprises = found_more ? surprises + 1 : 0;
      if (!found_more) {
        known = others;
      } else if (surprises >= enough_surprises) {
        wake(std::span<const std::string>());
        known = fewest;
        surprises = 0;
      }
    } catch (...) {
      // The file does not answer now: whoever uses it for more than looking says so.
    }
    lock.lock();
  } while (!ends_.wait_for(lock, surprises == 0 ? watch_interval : second_look, [this] { return ending_; }));
}

bool SqliteLog::first_seen(std::string_view inbox, std::string_view id, Time now, std::chrono::milliseconds keep,
                           UnitOfWork* unit) {
  keep = std::min<std::chrono::milliseconds>(keep, std::chrono::hours{24 * 366 * 100});
  bool first = false;
  change(unit, [&](Work& work) {
    first = Query(work.db,
                  "INSERT INTO ashlar_inbox (inbox, id, until) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until = "
                  "excluded.until WHERE until <= ?",
                  inbox, id, now + keep, now)
                .run() > 0;
  });
  return first;
}

void SqliteLog::note(const LogAction& action) {
  writer_.run([&](Work& work) { add_note(work.db, action); });
}

void SqliteLog::add_note(Connection& db, const LogAction& action) {
  Query(db, "INSERT INTO ashlar_action (time, action, detail) VALUES (?, ?, ?)", action.time, action.action,
        action.detail)
      .run();
}

std::vector<LogAction> SqliteLog::actions(std::size_t limit) {
  std::vector<LogAction> actions;
  look([&](Connection& db) {
    Query row(
        db,
        "SELECT time, action, detail FROM (SELECT * FROM ashlar_action ORDER BY number DESC LIMIT ?) ORDER BY number",
        limit);
    while (row.step()) actions.push_back({row.time(0), row.text(1), row.text(2)});
  });
  return actions;
}

}  // namespace ashlar::store
