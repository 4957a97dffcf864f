#pragma once

#include <ashlar/clock.hpp>
#include <ashlar/event.hpp>
#include <ashlar/store/database.hpp>
#include <ashlar/unit_of_work.hpp>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace audit {

// An event as it is remembered.
struct Record {
  ashlar::Time time{};
  std::string event_id;
  std::string event;  // name@version
  std::string source;
  std::string correlation_id;
  std::string causation_id;
  std::string tenant_id;
  std::string user_id;
  std::string data;  // JSON without its secrets
};
ASHLAR_STRUCT(Record, time, event_id, event, source, correlation_id, causation_id, tenant_id, user_id, data)

struct Entry {
  std::int64_t number = 0;  // from 1, without gaps
  Record record;
};
ASHLAR_STRUCT(Entry, number, record)

// What verify() found.
struct Verdict {
  std::int64_t intact = 0;            // entries in front of the broken one, or all
  std::string last_hash;              // of the last intact one; empty for an empty log
  std::optional<std::string> broken;  // what is wrong with entry number intact + 1
};

// A log that shows when it was changed behind our back: each entry has the SHA-256 over the hash of the one before it
// and its own content. Who changes, removes or inserts an entry breaks the chain from there on; who cuts off its end
// does not, which is why the last hash is worth keeping elsewhere. Any thread, and several processes on one file.
class AuditLog {
 public:
  explicit AuditLog(ashlar::store::Database database);

  // In one commit, which `join` may join.
  using Join = std::function<void(ashlar::UnitOfWork& unit)>;
  void append(std::span<const Record> records, const Join& join);

  Verdict verify();

  // The newest `limit` entries, oldest first.
  std::vector<Entry> tail(std::int64_t limit);

  // Throws where the database does not answer.
  void check();

 private:
  std::mutex mutex_;
  ashlar::store::Database database_;  // guarded by mutex_
};

}  // namespace audit
