#include <doctest/doctest.h>

#include <ashlar/event.hpp>
#include <ashlar/json.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/testing/test_host.hpp>
#include <thread>
#include <vector>

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

struct Alone {
  template <class... E>
  void hear(const E&... events) {
    (host.publish(events), ...);
    REQUIRE(host.settle());
  }

  TestHost host = TestHost::alone("audit").emits<ResetRequested, Note>().start();
};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_FIXTURE(Alone, "every event of every module is in the log, in order of publishing") {
  hear(Note{"first"}, ResetRequested{"7", "tell-nobody"});
  const auto result = host.run({"audit", "tail"});
  CHECK(result.succeeded());
  const auto note = result.out.find("notes.note.written@2");
  const auto reset = result.out.find("accounts.reset.requested@1");
  CHECK(note < reset);
  CHECK(reset != std::string::npos);
  CHECK(host.no_failures());
}

TEST_CASE_FIXTURE(Alone, "an untouched log is verified with exit code 0") {
  CHECK(host.run({"audit", "verify"}).out == "the audit log is intact: 0 entries\n");
  hear(Note{"first"});
  const auto result = host.run({"audit", "verify"});
  CHECK(result.succeeded());
  CHECK(holds(result.out, "1 entries, the last one's hash is "));
}

TEST_CASE_FIXTURE(Alone, "a log that was changed is told with exit code 1 and the number of the first broken entry") {
  hear(Note{"first"}, Note{"second"}, Note{"third"});
  host.service<ashlar::store::Store>().connect().execute(
      "UPDATE audit_entry SET content = replace(content, 'second', 'zweite')");
  const auto result = host.run({"audit", "verify"});
  CHECK(result.exit_code == 1);
  CHECK(holds(result.err, "entry 2 "));
}

TEST_CASE_FIXTURE(Alone, "secrets cannot be read in the log") {
  hear(ResetRequested{"7", "tell-nobody"});
  const auto result = host.run({"audit", "tail"});
  CHECK(holds(result.out, "***"));
  CHECK_FALSE(holds(result.out, "tell-nobody"));
}

TEST_CASE_FIXTURE(Alone, "an event whose data has no JSON form cannot be recorded, so it is refused") {
  CHECK_THROWS_AS(host.publish(Note{"\xff"}), ashlar::JsonError);
  REQUIRE(host.settle());
  CHECK(host.run({"audit", "verify"}).out == "the audit log is intact: 0 entries\n");
}

TEST_CASE_FIXTURE(Alone, "each event is recorded once, also when publishers are many and the host is started again") {
  std::vector<std::thread> publishers;
  for (int t = 0; t < 3; ++t) {
    publishers.emplace_back([this] {
      for (int i = 0; i < 50; ++i) host.publish(Note{"many"});
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  host.stop();
  host.start();
  hear(Note{"last"});
  CHECK(holds(host.run({"audit", "verify"}).out, "intact: 151 entries"));
  CHECK(holds(host.run({"audit", "tail", "--limit", "1"}).out, "last"));
}

TEST_CASE_FIXTURE(Alone, "the commands know what was published just now") {
  for (int i = 0; i < 100; ++i) host.publish(Note{"again"});
  CHECK(holds(host.run({"audit", "verify"}).out, "intact: 100 entries"));
  host.publish(Note{"newest"});
  CHECK(holds(host.run({"audit", "tail", "--limit", "1"}).out, "newest"));
}

TEST_CASE_FIXTURE(Alone, "the tail's limit is a number from 1 on") {
  hear(Note{"first"}, Note{"second"});
  const auto result = host.run({"audit", "tail", "--limit", "1"});
  CHECK(holds(result.out, "second"));
  CHECK_FALSE(holds(result.out, "first"));
  CHECK(host.run({"audit", "tail", "--limit", "0"}).exit_code == 2);
}
