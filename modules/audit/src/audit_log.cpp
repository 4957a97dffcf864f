#include "audit_log.hpp"

#include <algorithm>
#include <ashlar/json.hpp>
#include <ashlar/store/migrate.hpp>
#include <ashlar/store/transaction.hpp>
#include <utility>

#include "sha256.hpp"

namespace audit {

namespace {

std::string hash_after(const std::string& previous, const std::string& content) {
  return sha256(previous + "\n" + content);
}

}  // namespace

AuditLog::AuditLog(ashlar::store::Database database) : database_(std::move(database)) {
  // The content is kept as it was hashed: what an entry holds may grow one day, and old entries stay what they were.
  ashlar::store::migrate(
      database_, "audit",
      {"CREATE TABLE audit_entry (number INTEGER PRIMARY KEY, content TEXT NOT NULL, hash TEXT NOT NULL)"});
}

void AuditLog::append(std::span<const Record> records, const Join& join) {
  ashlar::store::Transaction transaction(database_, mutex_);
  std::int64_t number = 0;
  std::string hash;
  {
    auto last = database_.query("SELECT number, hash FROM audit_entry ORDER BY number DESC LIMIT 1");
    if (last.step()) {
      number = last.get<std::int64_t>(0);
      hash = last.get<std::string>(1);
    }
  }
  auto insert = database_.prepare("INSERT INTO audit_entry VALUES (?, ?, ?)");
  for (const Record& record : records) {
    const std::string content = ashlar::to_json(Entry{.number = ++number, .record = record});
    hash = hash_after(hash, content);
    insert.bind(number, content, hash).step();
  }
  join(transaction);
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
