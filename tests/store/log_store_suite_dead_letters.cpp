#include "log_store_suite.hpp"

using namespace ashlar::store;
using namespace std::chrono_literals;
using ashlar::StoredEvent;
using Outcome = Settlement::Outcome;

LOG_STORE_TEST("E6: a dead letter holds the event, every attempt with its time and error, and why it was given up") {
  t.add("orders.order.placed", "order-1");
  t.open("record");
  for (const char* error : {"away", "still away"}) {
    t.claim("record");
    t.now += 1s;
    CHECK(t.settle("record", 1, Outcome::retry, 1s, error) == "done");
    t.now += 1s;
  }
  t.claim("record");
  CHECK(t.settle("record", 1, Outcome::bury, {}, "no such order") == "buried");
  t.bench->reopen();
  const auto letters = t.log().dead_letters({});
  REQUIRE(letters.size() == 1);
  const DeadLetter& letter = letters[0];
  CHECK(letter.number == 1);
  CHECK(letter.consumer == "record");
  CHECK(letter.event.sequence == 1);
  CHECK((letter.event.metadata.id == nth_id(1)));
  CHECK(letter.event.metadata.key == "order-1");
  CHECK(letter.event.metadata.correlation_id == "request-1");
  CHECK(letter.event.data == nth_event(1, "").data);
  CHECK(letter.reason == "no such order");
  CHECK(letter.deliveries == 3);
  CHECK((letter.first_failure == suite_start + 1s));
  CHECK((letter.last_failure == suite_start + 4s));
  REQUIRE(letter.attempts.size() == 3);
  CHECK(letter.attempts[0].count == 1);
  CHECK(letter.attempts[0].error == "away");
  CHECK((letter.attempts[0].time == suite_start + 1s));
  CHECK(letter.attempts[1].count == 2);
  CHECK(letter.attempts[1].error == "still away");
  CHECK(letter.attempts[2].count == 3);
  CHECK(letter.attempts[2].error == "no such order");
}

LOG_STORE_TEST("E6: a dead letter keeps the newest 20 attempts, and its first failure") {
  t.log().open_consumer({.name = "record", .max_deliver = 25}, t.now);
  t.add();
  for (int i = 1; i <= 25; ++i) {
    t.now += 1s;
    t.claim("record");
    t.settle("record", 1, Outcome::retry, {}, "failure " + std::to_string(i));
  }
  const auto letters = t.log().dead_letters({});
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].deliveries == 25);
  REQUIRE(letters[0].attempts.size() == 20);
  CHECK(letters[0].attempts.front().error == "failure 6");
  CHECK(letters[0].attempts.back().error == "failure 25");
  CHECK(letters[0].reason == "failure 25");
  CHECK((letters[0].first_failure == suite_start + 1s));
}

namespace {

// Dead letters 1 to 5: three of record, of which two of one group; two of index.
void make_letters(LogTest& t) {
  t.add_many(3);
  t.open("record");
  t.open("index");
  t.claim("record");
  t.claim("index");
  t.settle("record", 1, Outcome::bury, {}, "order '17' is 3 days late");
  t.settle("record", 2, Outcome::bury, {}, "order '4711' is 12 days late");
  t.settle("record", 3, Outcome::bury, {}, "no JSON");
  t.settle("index", 1, Outcome::bury, {}, "no JSON");
  t.now += 1s;
  t.settle("index", 3, Outcome::bury, {}, "no JSON");
}

}  // namespace

LOG_STORE_TEST("E6: dead letters are listed: all, of one consumer, one alone, of one group, and so many") {
  make_letters(t);
  CHECK(t.letters() == "1:record/1 2:record/2 3:record/3 4:index/1 5:index/3");
  CHECK(t.letters({.consumer = "index"}) == "4:index/1 5:index/3");
  CHECK(t.letters({.number = 2}) == "2:record/2");
  CHECK(t.letters({.number = 9}).empty());
  CHECK(t.letters({.consumer = "index", .number = 2}).empty());
  CHECK(t.letters({.group_of = 2}) == "1:record/1 2:record/2");
  CHECK(t.letters({.group_of = 9}).empty());
  CHECK(t.log().dead_letters({.limit = 2}).size() == 2);
}

LOG_STORE_TEST("E6: dead letters are grouped by consumer, event and reason, numbers and quoted texts aside") {
  make_letters(t);
  const auto groups = t.log().dead_letter_groups();
  CHECK(groups.size() == 3);
  CHECK(t.log().dead_letter_groups("nobody").empty());
  const auto of_index = t.log().dead_letter_groups("index");
  REQUIRE(of_index.size() == 1);
  CHECK(of_index[0].consumer == "index");
  CHECK(of_index[0].event == "orders.order.placed@1");
  CHECK(of_index[0].count == 2);
  CHECK(of_index[0].newest == 5);
  CHECK((of_index[0].first_failure == suite_start));
  CHECK((of_index[0].last_failure == suite_start + 1s));
  for (const DeadLetterGroup& group : t.log().dead_letter_groups("record")) {
    if (group.newest == 3) {
      CHECK(group.count == 1);
    } else {
      CHECK(group.count == 2);
      CHECK(group.reason == "order '4711' is 12 days late");
    }
  }
}

LOG_STORE_TEST("E6: a dead letter that is retried is delivered again, counted from 1") {
  make_letters(t);
  CHECK(text_of(t.log().retry({.number = 2}, t.now)) == "2");
  CHECK(t.letters() == "1:record/1 3:record/3 4:index/1 5:index/3");
  CHECK(t.status("record").dead == 2);
  CHECK(t.status("record").lag == 1);
  CHECK(t.claim("record") == "2");
  CHECK(t.settle("record", 2, Outcome::retry) == "done");
  CHECK(t.claim("record") == "2x2");
  CHECK(t.settle("record", 2, Outcome::bury, {}, "never") == "buried");
  CHECK(t.letters({.consumer = "record"}) == "1:record/1 3:record/3 6:record/2");
  CHECK(text_of(t.log().retry({.number = 6}, t.now)) == "6");
  CHECK(t.ack_all("record") == "2");
  CHECK(t.status("record").lag == 0);
}

LOG_STORE_TEST("E6: a group, a consumer's or all dead letters are retried; what is selected is what a dry run lists") {
  make_letters(t);
  CHECK(text_of(t.log().retry({.group_of = 1}, t.now)) == "1 2");
  CHECK(t.claim("record") == "1 2");
  CHECK(text_of(t.log().retry({.consumer = "index"}, t.now)) == "4 5");
  CHECK(t.claim("index") == "1 3");
  CHECK(text_of(t.log().retry({}, t.now)) == "3");
  CHECK(t.letters().empty());
}

LOG_STORE_TEST(
    "E6: dead letters that are discarded are gone, their numbers are not used twice, and nothing is delivered") {
  make_letters(t);
  CHECK(text_of(t.log().discard({.consumer = "index"})) == "4 5");
  CHECK(t.letters() == "1:record/1 2:record/2 3:record/3");
  CHECK(text_of(t.log().discard({.number = 5})).empty());
  t.settle("index", 2, Outcome::bury);
  CHECK(t.letters({.consumer = "index"}) == "6:index/2");
  CHECK(t.claim("record").empty());
  CHECK(t.claim("index").empty());
  CHECK(text_of(t.log().discard({})) == "1 2 3 6");
  CHECK(t.letters().empty());
}

LOG_STORE_TEST("E6: a retry survives a restart before it was delivered") {
  make_letters(t);
  t.log().retry({.number = 3}, t.now);
  t.bench->reopen();
  t.owner = t.log().begin_owner();
  CHECK(t.claim("record") == "3");
}

LOG_STORE_TEST("E6: a dead letter that is retried after a rewind to before it is delivered once") {
  make_letters(t);
  t.log().rewind("record", 2);
  CHECK(text_of(t.log().retry({.consumer = "record"}, t.now)) == "1 2 3");
  CHECK(t.status("record").lag == 3);
  CHECK(t.ack_all("record") == "1 2r 3r");
  CHECK(t.status("record").lag == 0);
}

LOG_STORE_TEST("E6: a dead letter is retried after retention removed its event, and is lost to no retention then") {
  t.add_many(2);
  t.open("record");
  t.claim("record");
  t.settle("record", 1, Outcome::bury);
  t.settle("record", 2, Outcome::bury);
  CHECK(text_of(t.log().retry({.number = 2}, t.now)) == "2");
  t.log().set_retention({.max_count = 0});
  CHECK(t.log().retain(t.now) == 2);
  CHECK(t.log().bounds().count == 0);
  CHECK(text_of(t.log().retry({.number = 1}, t.now)) == "1");
  const Claim claim = t.log().claim("record", t.owner, 10, t.now);
  CHECK(text_of(claim) == "1 2");
  REQUIRE(claim.deliveries.size() == 2);
  CHECK(claim.deliveries[0].event.data == nth_event(1, "").data);
  CHECK(t.settle("record", 1, Outcome::retry) == "done");
  CHECK(t.claim("record") == "1x2");
  CHECK(t.settle("record", 1, Outcome::bury) == "buried");
  CHECK(t.settle("record", 2) == "done");
  CHECK(t.letters() == "3:record/1");
  CHECK(t.log().dead_letters({}).at(0).event.data == nth_event(1, "").data);
}

LOG_STORE_TEST("E6: dead letters stay when their consumer is removed, and wait for one of its name to be retried") {
  make_letters(t);
  t.log().remove_consumer("record");
  CHECK(t.log().retry({.consumer = "record"}, t.now).empty());
  CHECK(t.letters({.consumer = "record"}) == "1:record/1 2:record/2 3:record/3");
  t.log().open_consumer({.name = "record", .start = ashlar::StreamStart::now()}, t.now);
  CHECK(text_of(t.log().retry({.number = 1}, t.now)) == "1");
  CHECK(t.claim("record") == "1");
}

LOG_STORE_TEST("F3: what came from outside and is no event is kept byte for byte, and cannot be retried") {
  const std::string bytes("\x00\xff{\"a\"", 6);
  DeadLetter letter{
      .consumer = "bridge.inbound",
      .event = {.metadata = {.name = "shop.order.placed", .time = suite_start, .source = "broker"}, .data = bytes},
      .reason = "no JSON",
      .attempts = {{.count = 1, .time = suite_start, .error = "no JSON"}},
      .deliveries = 1,
      .first_failure = suite_start,
      .last_failure = suite_start};
  CHECK(t.log().bury(letter) == 1);
  CHECK(t.log().bury(letter) == 2);
  t.open("bridge.inbound");
  t.bench->reopen();
  CHECK(t.log().retry({}, t.now).empty());
  const auto letters = t.log().dead_letters({});
  REQUIRE(letters.size() == 2);
  CHECK(letters[1].number == 2);
  CHECK(letters[1].event.sequence == 0);
  CHECK(letters[1].event.data == bytes);
  CHECK(letters[1].event.metadata.name == "shop.order.placed");
  CHECK(letters[1].reason == "no JSON");
  CHECK(letters[1].attempts.size() == 1);
  CHECK((letters[1].first_failure == suite_start));
  CHECK(t.status("bridge.inbound").dead == 2);
  CHECK(t.log().dead_letter_groups().at(0).count == 2);
  CHECK(text_of(t.log().discard({.number = 1})) == "1");
  CHECK(t.log().bury(letter) == 3);
}

LOG_STORE_TEST("what was done by hand is kept: the newest, oldest first") {
  for (int i = 1; i <= 3; ++i) {
    t.log().note({.time = suite_start + std::chrono::seconds{i}, .action = "pause", .detail = std::to_string(i)});
  }
  t.bench->reopen();
  const auto actions = t.log().actions(2);
  REQUIRE(actions.size() == 2);
  CHECK(actions[0].detail == "2");
  CHECK(actions[1].detail == "3");
  CHECK(actions[1].action == "pause");
  CHECK((actions[1].time == suite_start + 3s));
  CHECK(t.log().actions(10).size() == 3);
}

LOG_STORE_TEST("E6: what is done to many is noted as it is done, and all of it") {
  t.open("record");
  constexpr int count = 1'100;
  for (int i = 0; i < count; ++i) t.log().bury({.consumer = "record", .event = nth_event(i, "orders.order.placed")});
  t.add_many(3);
  t.ack_all("record");
  std::size_t noted = 0;
  const auto noting = [&](std::span<const std::int64_t> done) {
    noted += done.size();
    return std::vector<LogAction>{{t.now, "by hand", std::to_string(done.front())}};
  };
  CHECK(t.log().replay("record", 2, 3, t.now, noting) == 2);
  CHECK(noted == 2);
  REQUIRE(t.log().actions(10).size() == 1);
  CHECK(t.log().actions(10)[0].detail == "2");
  CHECK(t.log().replay("record", 2, 3, t.now, noting) == 0);
  CHECK(t.log().retry({}, t.now, noting).empty());
  CHECK(t.log().actions(10).size() == 1);

  CHECK(t.log().discard({.group_of = 7}, noting).size() == count);
  CHECK(noted == 2 + count);
  t.bench->reopen();
  CHECK(t.letters().empty());
  CHECK(t.log().actions(10).size() >= 2);
  CHECK(t.log().actions(10)[1].detail == "1");
}
