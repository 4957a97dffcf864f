#include <ashlar/store/sqlite_log.hpp>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tower.hpp"

using Json = nlohmann::json;

namespace {

// Rang 3, -1, 4 and -2: both that are below zero are dead letters of tower.record.
struct RungTower : tower::Run {
  RungTower() {
    for (const char* number : {"3", "-1", "4", "-2"}) REQUIRE((*this)({"ring", "--", number}) == 0);
  }

  std::string says(std::vector<std::string> arguments, int exit_code = 0) {
    CHECK((*this)(std::move(arguments)) == exit_code);
    return exit_code == 0 ? out.str() : err.str();
  }
  Json json(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    return Json::parse(says(std::move(arguments)));
  }
  // `number` of each, so that times do not matter.
  std::string numbers(std::vector<std::string> arguments, const char* member = "number") {
    std::string text;
    for (const Json& each : json(std::move(arguments))) text += (text.empty() ? "" : " ") + each.at(member).dump();
    return text;
  }
};

// The file as another process has it.
struct OtherProcess {
  explicit OtherProcess(const RungTower& bells) : store(bells.folder.path() / "data" / "tower.db") {}
  ashlar::store::Store store;
  std::unique_ptr<ashlar::store::LogStore> log = ashlar::store::make_sqlite_log(store);
};

}  // namespace

TEST_CASE("Commands of the log say which file is not there, and make none") {
  tower::Run bells;
  for (const std::vector<std::string>& command : {std::vector<std::string>{"streams", "list"},
                                                  {"dead-letters", "list"},
                                                  {"log", "tail"},
                                                  {"log", "cancel", "1"}}) {
    CAPTURE(command.front());
    CHECK(bells(command) == 1);
    const std::string file = (bells.folder.path() / "data" / "tower.db").string();
    CHECK(bells.err.str() == "tower: there is no durable log in " + file +
                                 " yet: tower makes it when it first stores something; --data names another folder\n");
    CHECK_FALSE(std::filesystem::exists(file));
  }
}

TEST_CASE("streams list shows how far each consumer is") {
  RungTower bells;
  const std::string text = bells.says({"streams", "list"});
  CHECK(text.starts_with("4 events in the log, 1 to 4, "));
  CHECK(contains(text, R"(
consumer      position  lag  in flight  waiting  dead  lost  state  events
tower.count          4    0          0        0     0     0  open   tower.bell.rang
tower.record         4    0          0        0     2     0  open   tower.bell.rang
)"));
  const Json json = bells.json({"streams", "list"});
  CHECK(json["log"]["count"] == 4);
  CHECK(json["log"]["last"] == 4);
  CHECK(json["consumers"][1] == Json::parse(R"({"name": "tower.record", "events": ["tower.bell.rang"], "position": 4,
      "lag": 0, "in_flight": 0, "waiting": 0, "dead": 2, "lost": 0, "paused": false})"));
}

TEST_CASE("streams pause and resume reach the next run, and are noted") {
  RungTower bells;
  CHECK(bells.says({"streams", "pause", "tower.count"}) ==
        "tower.count is paused: it is given no events until `streams resume`\n");
  CHECK(bells.says({"streams", "pause", "tower.count"}) == "tower.count is paused already\n");
  CHECK(bells({"ring", "5"}) == 0);
  CHECK(bells.json({"streams", "list"})["consumers"][0]["lag"] == 1);
  CHECK(contains(bells.says({"streams", "list"}), "paused"));
  CHECK(bells.json({"streams", "resume", "tower.count"}) ==
        Json::parse(R"({"consumer": "tower.count", "paused": false, "changed": true})"));
  CHECK(bells.says({"streams", "resume", "tower.count"}) == "tower.count is not paused\n");
  CHECK(bells({"ring", "6"}) == 0);
  CHECK(bells.json({"streams", "list"})["consumers"][0]["lag"] == 0);
  const Json actions = bells.json({"log", "actions"});
  REQUIRE(actions.size() == 2);
  CHECK(actions[0]["action"] == "streams pause");
  CHECK(actions[1]["action"] == "streams resume");
  CHECK(actions[1]["detail"] == "tower.count");
}

TEST_CASE("E6: dead letters are listed, in groups where that is wanted, and shown with every attempt") {
  RungTower bells;
  const std::string list = bells.says({"dead-letters", "list"});
  CHECK(list.starts_with("number  consumer      event              sequence  deliveries  last failure"));
  CHECK(contains(list, "cannot ring -1 times\n"));
  CHECK(bells.numbers({"dead-letters", "list"}) == "1 2");
  CHECK(contains(bells.says({"dead-letters", "list", "--limit", "1"}),
                 "and 1 more: --limit shows more of them, --groups what they have in common\n"));
  CHECK(bells.says({"dead-letters", "list", "--consumer", "tower.count"}) == "no dead letters\n");
  const Json groups = bells.json({"dead-letters", "list", "--groups"});
  REQUIRE(groups.size() == 1);
  CHECK(groups[0]["group"] == 2);
  CHECK(groups[0]["letters"] == 2);
  CHECK(groups[0]["event"] == "tower.bell.rang@1");
  CHECK(contains(bells.says({"dead-letters", "list", "--groups"}), "cannot ring -2 times"));

  const std::string text = bells.says({"dead-letters", "show", "2"});
  for (const char* part :
       {"dead letter     2\n", "consumer        tower.record\n", "reason          cannot ring -2 times\n",
        "deliveries      2\n", "attempt 1       2", "attempt 2       2", "sequence        4\n",
        "event           tower.bell.rang@1\n", "\"number\": -2", "\"password\": \"***\""}) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
  const Json letter = bells.json({"dead-letters", "show", "2"});
  CHECK(letter["attempts"].size() == 2);
  CHECK(letter["event"]["data"]["number"] == -2);
}

TEST_CASE("E6: one dead letter, a group, a consumer's or all are retried; a dry run only says so") {
  for (const std::vector<std::string>& which :
       {std::vector<std::string>{"1"}, {"--group", "1"}, {"--consumer", "tower.record"}, {"--all"}}) {
    CAPTURE(which.front());
    RungTower bells;
    const std::string what = which.front() == "1" ? "1 of tower.record: 1\n" : "2 of tower.record: 1, 2\n";
    std::vector<std::string> command{"dead-letters", "retry"};
    command.insert(command.end(), which.begin(), which.end());
    command.emplace_back("--dry-run");
    CHECK(bells.says(command) == "would deliver again " + what);
    CHECK(bells.numbers({"dead-letters", "list"}) == "1 2");
    CHECK(bells.json({"log", "actions"}).empty());

    command.pop_back();
    CHECK(bells.says(command) == "delivers again " + what);
    CHECK(bells.numbers({"dead-letters", "list"}) == (which.front() == "1" ? "2" : ""));
    const Json actions = bells.json({"log", "actions"});
    REQUIRE(actions.size() == 1);
    CHECK(actions[0]["action"] == "dead-letters retry");
    CHECK(actions[0]["detail"].get<std::string>() + "\n" == what);
    CHECK(bells({"ring", "7"}) == 0);
    CHECK(bells.json({"dead-letters", "list"}).size() == 2);
    CHECK(bells.json({"streams", "list"})["consumers"][1]["lag"] == 0);
  }
}

TEST_CASE("E6: dead letters are discarded, and the events stay in the log") {
  RungTower bells;
  CHECK(bells.says({"dead-letters", "discard", "--all", "--dry-run"}) == "would discard 2 of tower.record: 1, 2\n");
  CHECK(bells.json({"dead-letters", "discard", "2"}) ==
        Json::parse(R"({"dry_run": false, "done": [{"consumer": "tower.record", "numbers": [2]}], "kept": []})"));
  CHECK(bells.numbers({"dead-letters", "list"}) == "1");
  CHECK(bells.says({"dead-letters", "discard", "--all"}) == "discarded 1 of tower.record: 1\n");
  CHECK(bells.says({"dead-letters", "discard", "--all"}) == "nothing to discard\n");
  CHECK(bells.numbers({"log", "tail"}, "sequence") == "1 2 3 4");
  CHECK(bells.numbers({"log", "actions"}, "action") == R"("dead-letters discard" "dead-letters discard")");
}

TEST_CASE("E6: what cannot be retried stays, with the reason") {
  RungTower bells;
  {
    OtherProcess other(bells);
    ashlar::store::DeadLetter letter{.consumer = "bridge.in", .reason = "no \x1b[1mJSON"};
    letter.event.metadata.name = "bridge.message.received";
    letter.event.data = "\xff\x1b[2J";
    other.log->bury(letter);
  }
  const std::string text = bells.says({"dead-letters", "show", "3"});
  CHECK(contains(text, "no \\x1b[1mJSON"));
  CHECK(contains(text, "\xEF\xBF\xBD\\x1b[2J"));
  CHECK_FALSE(contains(text, "\x1b"));
  CHECK(bells({"dead-letters", "retry", "3"}) == 1);
  CHECK(bells.out.str() == "did not retry 3, because it never was in the log\n");
  CHECK(bells.says({"dead-letters", "retry", "--all"}) ==
        "delivers again 2 of tower.record: 1, 2\ndid not retry 3, because it never was in the log\n");
  CHECK(bells.numbers({"dead-letters", "list"}) == "3");
  CHECK(bells.says({"dead-letters", "discard", "--consumer", "bridge.in"}) == "discarded 1 of bridge.in: 3\n");
}

TEST_CASE("log tail shows the newest events that are asked for, with secrets masked") {
  RungTower bells;
  CHECK(bells.numbers({"log", "tail"}, "sequence") == "1 2 3 4");
  CHECK(bells.numbers({"log", "tail", "--limit", "2"}, "sequence") == "3 4");
  CHECK(bells.numbers({"log", "tail", "--events", "tower.#"}, "sequence") == "1 2 3 4");
  CHECK(bells.numbers({"log", "tail", "--events", "tower.bell.rang@1", "--limit", "1"}, "sequence") == "4");
  CHECK(bells.numbers({"log", "tail", "--events", "other.*"}, "sequence").empty());
  CHECK(bells.says({"log", "tail", "--events", "other.*"}) == "no such events in the log\n");
  const std::string text = bells.says({"log", "tail"});
  CHECK(contains(text, "tower.bell.rang@1"));
  CHECK(contains(text, R"({"number":4,"password":"***"})"));
  CHECK_FALSE(contains(text, "geheim"));
  CHECK_FALSE(contains(bells.says({"log", "tail", "--json"}), "geheim"));
}

TEST_CASE("log tail finds the newest events behind many that are not asked for") {
  RungTower bells;
  {
    OtherProcess other(bells);
    std::vector<ashlar::StoredEvent> others(25'000);
    for (std::size_t i = 0; i < others.size(); ++i) {
      others[i].metadata.id = ashlar::Uuid::v7(static_cast<std::int64_t>(i));
      others[i].metadata.name = "other.thing.happened";
      others[i].data = "{}";
    }
    other.log->append(others);
  }
  CHECK(bells.numbers({"log", "tail", "--events", "tower.#", "--limit", "3"}, "sequence") == "2 3 4");
  CHECK(bells.numbers({"log", "tail", "--limit", "2"}, "sequence") == "25003 25004");
}

TEST_CASE("log show prints one event with all that is known of it") {
  RungTower bells;
  const std::string text = bells.says({"log", "show", "3"});
  for (const char* part : {"event           tower.bell.rang@1\n", "sequence        3\n", "source          tower\n",
                           "\n\n{\n  \"number\": 4,\n  \"password\": \"***\"\n}\n"}) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
  const Json event = bells.json({"log", "show", "3"});
  CHECK(event["event"] == "tower.bell.rang");
  CHECK(event["version"] == 1);
  CHECK(event["data"]["number"] == 4);
}

TEST_CASE("E10: log replay delivers a range once more to one consumer; a dry run only counts it") {
  RungTower bells;
  const std::vector<std::string> command{"log", "replay", "--consumer", "tower.count", "--from", "2", "--to", "3"};
  std::vector<std::string> dry = command;
  dry.emplace_back("--dry-run");
  CHECK(bells.says(dry) == "would deliver 2 again to tower.count, but for what is on its way to it anyway\n");
  CHECK(bells.json({"streams", "list"})["consumers"][0]["waiting"] == 0);
  CHECK(bells.says(command) == "delivers 2 again to tower.count\n");
  CHECK(bells.json({"streams", "list"})["consumers"][0]["waiting"] == 2);
  CHECK(bells.json({"log", "actions"})[0]["detail"] == "2 from 2 to 3 to tower.count");
  CHECK(bells({"ring", "7"}) == 0);
  CHECK(bells.json({"streams", "list"})["consumers"][0]["waiting"] == 0);
}

TEST_CASE("E11: scheduled events are listed and can be cancelled") {
  RungTower bells;
  CHECK(bells.says({"log", "scheduled"}) == "nothing is scheduled\n");
  {
    OtherProcess other(bells);
    ashlar::StoredEvent event{.data = R"({"number":9,"password":"geheim"})"};
    event.metadata.id = ashlar::Uuid::v7(1);
    event.metadata.name = "tower.bell.rang";
    const auto due = ashlar::Time(std::chrono::milliseconds{4'000'000'000'000});
    other.log->schedule(event, due);
    event.metadata.id = ashlar::Uuid::v7(2);
    other.log->schedule(event, due + std::chrono::hours{1});
  }
  const std::string text = bells.says({"log", "scheduled"});
  CHECK(text.starts_with("number  due                       event"));
  CHECK(contains(text, "2096-10-02T07:06:40.000Z"));
  CHECK_FALSE(contains(text, "geheim"));
  CHECK(bells.says({"log", "cancel", "1"}) == "cancelled 1: tower.bell.rang@1, due 2096-10-02T07:06:40.000Z\n");
  CHECK(bells.numbers({"log", "scheduled"}) == "2");
  CHECK(bells.json({"log", "actions"})[0]["action"] == "log cancel");
}

TEST_CASE("Commands of the log say what is wrong with what they are given") {
  RungTower bells;
  const auto refused = [&](std::vector<std::string> arguments, int exit_code) {
    CAPTURE(arguments[1]);
    const std::string said = bells.says(std::move(arguments), exit_code);
    CHECK(std::count(said.begin(), said.end(), '\n') == 1);
    return said;
  };
  CHECK(refused({"streams", "pause", "tower.recrod"}, 1) ==
        "tower: there is no stream consumer 'tower.recrod'; did you mean 'tower.record'?\n");
  CHECK(refused({"dead-letters", "list", "--consumer", "zzz"}, 1) ==
        "tower: there is no stream consumer 'zzz'; `streams list` lists them all\n");
  CHECK(refused({"dead-letters", "show", "17"}, 1) ==
        "tower: there is no dead letter 17: it was retried, discarded, or never there; `dead-letters list` lists them "
        "all\n");
  CHECK(contains(refused({"dead-letters", "retry", "17"}, 1), "there is no dead letter 17"));
  CHECK(refused({"dead-letters", "show", "x"}, 2) == "tower: NUMBER: expected a whole number from 1 on, got 'x'\n");
  CHECK(refused({"dead-letters", "retry"}, 2) ==
        "tower: say which dead letters: one of NUMBER, --group, --consumer and --all\n");
  CHECK(contains(refused({"dead-letters", "discard", "1", "--all"}, 2), "say which dead letters"));
  CHECK(refused({"log", "show", "17"}, 1) == "tower: there is no event 17 in the log, which holds 1 to 4\n");
  CHECK(refused({"log", "tail", "--limit", "0"}, 2) == "tower: --limit: expected a whole number from 1 on, got '0'\n");
  CHECK(contains(refused({"log", "tail", "--events", "Nonsense!"}, 2), "--events: "));
  CHECK(refused({"log", "replay", "--from", "1"}, 2) ==
        "tower: say what is delivered again, and to whom: --consumer NAME --from SEQUENCE --to SEQUENCE\n");
  CHECK(refused({"log", "replay", "--consumer", "tower.count", "--from", "3", "--to", "2"}, 2) ==
        "tower: --from 3 is behind --to 2: exchange them\n");
  CHECK(refused({"log", "cancel", "5"}, 1) ==
        "tower: there is no scheduled event 5: it is in the log by now, was cancelled, or never there; `log scheduled` "
        "lists them all\n");
  CHECK(bells.json({"log", "actions"}).empty());
}

TEST_CASE("Commands of the log explain themselves, and stand among those of every application") {
  tower::Run bells;
  CHECK(bells({"--help"}) == 0);
  for (const char* part : {"streams", "dead-letters", "log"}) CHECK(contains(bells.out.str(), part));
  CHECK(bells({"dead-letters", "retry", "--help"}) == 0);
  for (const char* part : {"Deliver dead letters again", "NUMBER", "--group", "--consumer", "--all", "--dry-run"}) {
    CAPTURE(part);
    CHECK(contains(bells.out.str(), part));
  }
  CHECK(bells({"log"}) == 2);
  CHECK(contains(bells.err.str(), "tower log --help"));
}

TEST_CASE("Commands of the log work while the application runs in another process") {
  RungTower bells;
  OtherProcess other(bells);
  const ashlar::store::Owner owner = other.log->begin_owner();
  CHECK(bells.says({"dead-letters", "retry", "2"}) == "delivers again 1 of tower.record: 2\n");
  CHECK(other.log->claim("tower.record", owner, 10, ashlar::system_clock().now()).deliveries.size() == 1);
  CHECK(bells.json({"streams", "list"})["consumers"][1]["in_flight"] == 1);
  CHECK(bells.says({"streams", "pause", "tower.record"}).ends_with("`streams resume`\n"));
  CHECK(other.log->consumers()[1].paused);
  other.log->end_owner(owner);
}
