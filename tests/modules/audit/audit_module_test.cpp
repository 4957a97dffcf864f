#include <doctest/doctest.h>

#include <ashlar/event.hpp>
#include <ashlar/store/database.hpp>
#include <ashlar/testing/test_host.hpp>

using ashlar::testing::TestHost;

namespace {

struct ResetRequested {
  std::string user_id;
  std::string token;
};
ASHLAR_EVENT(ResetRequested, "accounts.reset.requested", 1, user_id, token)

struct Note {
  std::string text;
};
ASHLAR_EVENT(Note, "notes.note.written", 2, text)

TestHost audit_alone() { return TestHost::alone("audit").emits<ResetRequested, Note>().start(); }

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every event of every module is in the log, in order of publishing") {
  TestHost host = audit_alone();
  host.publish(Note{"first"});
  host.publish(ResetRequested{"7", "tell-nobody"});
  const auto result = host.run({"audit", "tail"});
  CHECK(result.succeeded());
  const auto note = result.out.find("notes.note.written@2");
  const auto reset = result.out.find("accounts.reset.requested@1");
  CHECK(note < reset);
  CHECK(reset != std::string::npos);
  CHECK(host.no_failures());
}

TEST_CASE("an untouched log is verified with exit code 0") {
  TestHost host = audit_alone();
  CHECK(host.run({"audit", "verify"}).out == "the audit log is intact: 0 entries\n");
  host.publish(Note{"first"});
  const auto result = host.run({"audit", "verify"});
  CHECK(result.succeeded());
  CHECK(holds(result.out, "1 entries, the last one's hash is "));
}

TEST_CASE("a log that was changed is told with exit code 1 and the number of the first broken entry") {
  TestHost host = audit_alone();
  for (const char* text : {"first", "second", "third"}) host.publish(Note{text});
  ashlar::store::Database(host.data_directory() / "shop.db")
      .execute("UPDATE audit_entry SET content = replace(content, 'second', 'zweite')");
  const auto result = host.run({"audit", "verify"});
  CHECK(result.exit_code == 1);
  CHECK(holds(result.err, "entry 2 "));
}

TEST_CASE("secrets cannot be read in the log") {
  TestHost host = audit_alone();
  host.publish(ResetRequested{"7", "tell-nobody"});
  const auto result = host.run({"audit", "tail"});
  CHECK(holds(result.out, "***"));
  CHECK_FALSE(holds(result.out, "tell-nobody"));
}

TEST_CASE("an event whose data has no JSON form is in the log all the same") {
  TestHost host = audit_alone();
  host.publish(Note{"\xff"});
  CHECK(host.no_failures());
  CHECK(holds(host.run({"audit", "tail"}).out, "unreadable at '/text'"));
}

TEST_CASE("the tail's limit is a number from 1 on") {
  TestHost host = audit_alone();
  host.publish(Note{"first"});
  host.publish(Note{"second"});
  const auto result = host.run({"audit", "tail", "--limit", "1"});
  CHECK(holds(result.out, "second"));
  CHECK_FALSE(holds(result.out, "first"));
  CHECK(host.run({"audit", "tail", "--limit", "0"}).exit_code == 2);
}
