#include "audit_log.hpp"

#include <doctest/doctest.h>

#include <ashlar/testing/temporary_directory.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

using audit::AuditLog;
using audit::Verdict;

namespace {

audit::Record record(const std::string& id) {
  return {.event_id = id, .event = "orders.order.placed@1", .source = "orders", .data = R"({"order_id":"7"})"};
}

void append(AuditLog& log, const audit::Record& record) {
  log.append({&record, 1}, [](ashlar::UnitOfWork&) {});
}

struct ThreeEntries {
  ThreeEntries() {
    for (const char* id : {"a", "b", "c"}) append(log, record(id));
  }

  // Does to the file what somebody would do behind the log's back.
  void tamper(const char* sql) { ashlar::store::Database(folder.path() / "shop.db").execute(sql); }

  ashlar::testing::TemporaryDirectory folder;
  AuditLog log{ashlar::store::Database(folder.path() / "shop.db")};
};

}  // namespace

TEST_CASE_FIXTURE(ThreeEntries, "an untouched log is intact, also after a restart") {
  AuditLog again(ashlar::store::Database(folder.path() / "shop.db"));
  append(again, record("d"));
  const Verdict verdict = again.verify();
  CHECK_FALSE(verdict.broken);
  CHECK(verdict.intact == 4);
  CHECK(verdict.last_hash.size() == 64);
}

TEST_CASE_FIXTURE(ThreeEntries, "a changed entry is found, and named by its number") {
  tamper("UPDATE audit_entry SET content = replace(content, '\"b\"', '\"x\"') WHERE number = 2");
  CHECK(log.verify().intact == 1);
  CHECK(log.verify().broken == "is not what was written");
}

TEST_CASE_FIXTURE(ThreeEntries, "a changed hash is found") {
  tamper("UPDATE audit_entry SET hash = lower(hex(randomblob(32))) WHERE number = 3");
  CHECK(log.verify().intact == 2);
  CHECK(log.verify().broken.has_value());
}

TEST_CASE_FIXTURE(ThreeEntries, "a removed entry is found") {
  tamper("DELETE FROM audit_entry WHERE number = 2");
  CHECK(log.verify().intact == 1);
  CHECK(log.verify().broken == "is missing");
}

TEST_CASE_FIXTURE(ThreeEntries, "an entry that was removed and whose followers moved up is found") {
  tamper("DELETE FROM audit_entry WHERE number = 2; UPDATE audit_entry SET number = 2 WHERE number = 3");
  CHECK(log.verify().intact == 1);
  CHECK(log.verify().broken.has_value());
}

TEST_CASE_FIXTURE(ThreeEntries, "entries that changed places are found") {
  tamper(
      "UPDATE audit_entry SET number = 9 WHERE number = 1; UPDATE audit_entry SET number = 1 WHERE number = 2;"
      "UPDATE audit_entry SET number = 2 WHERE number = 9");
  CHECK(log.verify().intact == 0);
}

TEST_CASE_FIXTURE(ThreeEntries, "an entry of another kind than text is found") {
  tamper("UPDATE audit_entry SET content = x'00ff', hash = 17 WHERE number = 1");
  CHECK(log.verify().intact == 0);
  CHECK(log.verify().broken.has_value());
}

TEST_CASE_FIXTURE(ThreeEntries, "the tail is the newest entries, oldest first") {
  const auto entries = log.tail(2);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].number == 2);
  CHECK(entries[0].record == record("b"));
  CHECK(entries[1].record == record("c"));
  CHECK(log.tail(10).size() == 3);
}

TEST_CASE_FIXTURE(ThreeEntries, "entries written by many threads and two connections make one chain") {
  AuditLog other(ashlar::store::Database(folder.path() / "shop.db"));
  std::vector<std::thread> writers;
  for (AuditLog* target : {&log, &log, &other, &other}) {
    writers.emplace_back([target] {
      for (int i = 0; i < 10; ++i) append(*target, record("x"));
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK_FALSE(log.verify().broken);
  CHECK(log.verify().intact == 43);
}

TEST_CASE_FIXTURE(ThreeEntries,
                  "several records are one chain in one commit, and none is there where it is joined by what fails") {
  const std::vector<audit::Record> records{record("d"), record("e")};
  CHECK_THROWS(log.append(records, [](ashlar::UnitOfWork&) { throw std::runtime_error("too late"); }));
  CHECK(log.verify().intact == 3);
  log.append(records, [](ashlar::UnitOfWork&) {});
  CHECK(log.verify().intact == 5);
  CHECK_FALSE(log.verify().broken);
}
