// Events on their way into the log, and read from it.

#include <sys/statvfs.h>

#include <algorithm>
#include <map>
#include <memory>

#include "log/event_rows.hpp"
#include "log/sqlite_log.hpp"
#include "query.hpp"
#include "store_state.hpp"

namespace ashlar::store {
namespace {

constexpr std::int64_t most_looked_at = 10'000;

// As long as the disk had room lately, and little was appended since, it is not asked again.
constexpr std::chrono::milliseconds longest_unasked{10};
constexpr std::int64_t most_bytes_unasked = 256 * 1024;

std::string megabytes(std::int64_t bytes) { return std::to_string(bytes / (1024 * 1024)) + " MiB"; }

}  // namespace

std::vector<Stored> SqliteLog::append(std::span<const StoredEvent> events, UnitOfWork* unit) {
  std::vector<Stored> stored;
  const auto append_all = [&](Work& work) {
    stored.clear();
    for (const StoredEvent& event : events) stored.push_back(append_one(work, event));
  };
  if (unit == nullptr || events.size() < 2) {
    change(unit, append_all);
    return stored;
  }
  // All or none: the unit may go on, and commit, where one of them is refused.
  change(unit, [&](Work& work) {
    Query(work.db, "SAVEPOINT ashlar_append").run();
    try {
      append_all(work);
    } catch (...) {
      Query(work.db, "ROLLBACK TO ashlar_append").run();
      Query(work.db, "RELEASE ashlar_append").run();
      throw;
    }
    Query(work.db, "RELEASE ashlar_append").run();
  });
  return stored;
}

void SqliteLog::append_later(StoredEvent event, std::function<void(const Stored&, std::exception_ptr)> done) {
  class Later final : public Writer::Posted {
   public:
    Later(SqliteLog& log, const StoredEvent& event, std::function<void(const Stored&, std::exception_ptr)> done)
        : log_(log), event_(event), done_(std::move(done)) {}

    std::size_t bytes() const { return static_cast<std::size_t>(event_.row().bytes); }

   private:
    void run(Work& work) override { stored_ = log_.append_one(work, event_.row()); }
    void done(std::exception_ptr error) override {
      if (done_) done_(stored_, std::move(error));
    }

    SqliteLog& log_;
    const OwnEventRow event_;
    std::function<void(const Stored&, std::exception_ptr)> done_;
    Stored stored_;
  };
  auto later = std::make_unique<Later>(*this, event, std::move(done));
  const std::size_t bytes = later->bytes();
  writer_.post(std::move(later), bytes);
}

Stored SqliteLog::append_one(Work& work, const EventRow& event) {
  const std::optional<std::string> refusal = refusal_of(work, event);
  const std::int64_t sequence = work.counters().last_sequence + 1;
  const std::int64_t name = names_.number_of(work, event.name, event.version);
  const bool added =
      !refusal && insert_event(work.db,
                               "INSERT INTO ashlar_log (sequence, name, total_bytes, " ASHLAR_EVENT_COLUMNS
                               ") VALUES (?, ?, ?, " ASHLAR_EVENT_PLACES ") ON CONFLICT (id) DO NOTHING",
                               event, sequence, name, work.counters().total_bytes + event.bytes);
  if (!added) {
    // What is there already needs no room.
    Query row(work.db, "SELECT sequence FROM ashlar_log WHERE id = ?", event.id);
    if (row.step()) return {.sequence = row.integer(0), .duplicate = true};
    throw StoreFull(refusal.value_or("the log is damaged: it refuses an id that it does not have"));
  }
  work.count(event.bytes);
  bytes_since_ += event.bytes;
  if (std::find(work.appended.begin(), work.appended.end(), name) == work.appended.end()) work.appended.push_back(name);
  return {.sequence = sequence, .duplicate = false};
}

// Why the disk, retention or the limit of the file's size refuses it.
std::optional<std::string> SqliteLog::refusal_of(Work& work, const EventRow& event) {
  if (auto refusal = disk_refusal()) return refusal;
  if (!may_refuse_.load(std::memory_order_relaxed)) return std::nullopt;
  Retention retention;
  {
    std::lock_guard lock(settings_mutex_);
    retention = retention_;
  }
  const bool refuses = retention.policy != RetentionPolicy::limits || retention.when_over == WhenOver::refuse_new;
  if (refuses && retention.max_count && work.counters().events >= *retention.max_count) {
    return "the log is full: it holds " + std::to_string(work.counters().events) +
           " events, as many as its retention allows (max_count)";
  }
  if (refuses && retention.max_bytes && work.counters().bytes + event.bytes > *retention.max_bytes) {
    return "the log is full: its events have " + std::to_string(work.counters().bytes) +
           " bytes, and its retention allows " + std::to_string(*retention.max_bytes) + " (max_bytes)";
  }
  if (const auto& most = store_.options().max_bytes) {
    Query pages(work.db,
                "SELECT page_count - freelist_count, page_size FROM pragma_page_count, pragma_freelist_count, "
                "pragma_page_size");
    pages.step();
    const std::int64_t bytes = pages.integer(0) * pages.integer(1);
    if (bytes >= *most) {
      return "the store is full: " + store_.file().filename().string() + " has " + megabytes(bytes) +
             ", and its limit is " + megabytes(*most) + " (max_bytes)";
    }
  }
  return std::nullopt;
}

// A full disk would also keep consumers from emptying the log, so new events are refused before it comes to that.
// Asking takes as long as some commits, so what the disk has said counts for a while.
std::optional<std::string> SqliteLog::disk_refusal() {
  const std::int64_t least = store_.options().min_free_bytes;
  if (least <= 0) return std::nullopt;
  const Clock::Steady now = std::chrono::steady_clock::now();
  if (bytes_since_ < most_bytes_unasked && now - room_seen_ < longest_unasked) return std::nullopt;
  const std::filesystem::path& file = store_.file();
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return std::nullopt;
  const auto free = static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize);
  if (free >= least) {
    room_seen_ = now;
    bytes_since_ = 0;
    return std::nullopt;
  }
  return "the store takes no new events: the disk of " + file.string() + " has " + megabytes(free) +
         " free, less than " + megabytes(least) + " (min_free_bytes): make room";
}

LogStore::Page SqliteLog::read(std::int64_t from, std::size_t limit, std::span<const std::string> events) {
  Page page{.events = {}, .next = std::max<std::int64_t>(from, 1)};
  Selection selection({events.begin(), events.end()});
  look([&](Connection& db) {
    Query row(db,
              "SELECT sequence, name, " ASHLAR_EVENT_COLUMNS
              " FROM ashlar_log WHERE sequence >= ? ORDER BY sequence LIMIT ?",
              from, most_looked_at);
    while (page.events.size() < limit && row.step()) {
      page.next = row.integer(0) + 1;
      if (selection.selects(db, names_, row.integer(1))) page.events.push_back(read_event(row, db, names_));
    }
  });
  return page;
}

LogBounds SqliteLog::bounds() {
  LogBounds bounds;
  look([&](Connection& db) {
    const LogCounters counters = read_counters(db);
    Query row(db, "SELECT min(sequence) FROM ashlar_log");
    row.step();
    bounds = {row.integer(0), counters.last_sequence, counters.events, counters.bytes};
  });
  return bounds;
}

void SqliteLog::rename_event(std::string_view from, std::string_view to) {
  if (from == to) return;
  writer_.run([&](Work& work) {
    // The name is in use again; otherwise two could be names of one another.
    Query(work.db, "DELETE FROM ashlar_event_rename WHERE old_name = ?", to).run();
    Query(work.db, "INSERT OR REPLACE INTO ashlar_event_rename (old_name, new_name) VALUES (?, ?)", from, to).run();
    work.after_commit([this, db = &work.db] { names_.read_renames(*db); });
    work.wakes_all = true;
  });
}

std::map<std::string, std::int64_t> SqliteLog::stored_names(const NameFilter& wanted) {
  std::map<std::string, std::int64_t> names;
  look([&](Connection& db) {
    std::map<std::int64_t, std::string> numbers;
    {
      Query row(db, "SELECT number, name, version FROM ashlar_event_name");
      while (row.step()) {
        const std::string name = names_.present_name(row.text(1));
        const auto version = static_cast<int>(row.integer(2));
        if (!wanted || wanted(name, version)) numbers.emplace(row.integer(0), name + "@" + std::to_string(version));
      }
    }
    // Counting goes through the whole log.
    if (numbers.empty()) return;
    Query row(db, "SELECT name, count(*) FROM ashlar_log GROUP BY name");
    while (row.step()) {
      if (const auto found = numbers.find(row.integer(0)); found != numbers.end())
        names[found->second] += row.integer(1);
    }
  });
  return names;
}

}  // namespace ashlar::store
