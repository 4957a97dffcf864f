#include "audit_log.hpp"

#include <algorithm>
#include <ashlar/json.hpp>
#include <ashlar/store/migrate.hpp>
#include <ashlar/store/transaction.hpp>

#include "sha256.hpp"

namespace audit {

namespace {

std::string hash_after(const std::string& previous, const std::string& content) {
  return sha256(previous + "\n" + content);
}

}  // namespace

AuditLog::AuditLog(const std::filesystem::path& file) : database_(file) {
  // The content is kept as it was hashed: what an entry holds may grow one day, and old entries stay what they were.
  ashlar::store::migrate(
      database_, "audit",
      {"CREATE TABLE audit_entry (number INTEGER PRIMARY KEY, content TEXT NOT NULL, hash TEXT NOT NULL)"});
}

void AuditLog::append(const Record& record) {
  const std::lock_guard lock(mutex_);
  ashlar::store::Transaction transaction(database_);
  Entry entry{.number = 1, .record = record};
  std::string previous;
  {
    auto last = database_.query("SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1");
    if (last.step()) {
      entry.number = last.get<std::int64_t>(0) + 1;
      previous = last.get<std::string>(1);
    }
  }
  const std::string content = ashlar::to_json(entry);
  database_.run("INSERT INTO audit_entry VALUES (?, ?, ?)", entry.number, content, hash_after(previous, content));
  transaction.commit();
}

Verdict AuditLog::verify() {
  const std::lock_guard lock(mutex_);
  Verdict verdict;
  auto row =
      database_.query("SELECT number, CAST(content AS TEXT), CAST(hash AS TEXT) FROM audit_entry ORDER BY number");
  while (row.step()) {
    if (row.get<std::int64_t>(0) != verdict.intact + 1) {
      verdict.broken = "is missing";
      break;
    }
    std::string hash = hash_after(verdict.last_hash, row.get<std::string>(1));
    if (hash != row.get<std::string>(2)) {
      verdict.broken = "is not what was written";
      break;
    }
    verdict.last_hash = std::move(hash);
    ++verdict.intact;
  }
  return verdict;
}

std::vector<Entry> AuditLog::tail(std::int64_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> entries;
  auto row = database_.query("SELECT content FROM audit_entry ORDER BY number DESC LIMIT ?", limit);
  while (row.step()) entries.push_back(ashlar::from_json<Entry>(row.get<std::string>(0)));
  std::reverse(entries.begin(), entries.end());
  return entries;
}

void AuditLog::check() {
  const std::lock_guard lock(mutex_);
  (void)database_.query("SELECT 1 FROM audit_entry LIMIT 1").step();
}

}  // namespace audit
