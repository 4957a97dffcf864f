#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "durable_log_support.hpp"

using namespace ashlar;
using namespace std::chrono_literals;

TEST_CASE("E7: events of one key wait behind one of theirs that is delivered again, others do not") {
  for (const std::size_t workers : {1u, 3u}) {
    CAPTURE(workers);
    DurableRig rig;
    Journal journal;
    rig.append("a1", "a");
    rig.append("b1", "b");
    rig.append("a2", "a");
    rig.append("-1");
    rig.run(
        [&](Delivery& delivery) {
          if (delivery.data() == "a1" && delivery.count() < 3) throw Error("not yet");
          journal.add(std::string(delivery.data()) + "/" + std::to_string(delivery.count()));
        },
        {.workers = workers, .backoff = 1s, .jitter = 0});
    REQUIRE(rig.settle());
    const Lines first = journal.lines();
    CHECK(std::set<std::string>(first.begin(), first.end()) == std::set<std::string>{"b1/1", "-1/1"});
    rig.append("a3", "a");
    rig.clock.advance(1s);
    REQUIRE(rig.settle());
    CHECK(journal.lines().size() == 2);
    rig.clock.advance(2s);
    REQUIRE(rig.settle());
    const Lines all = journal.lines();
    CHECK(Lines(all.begin() + 2, all.end()) == Lines{"a1/3", "a2/1", "a3/1"});
  }
}

TEST_CASE("E7: with several workers each key is in order, whatever fails meanwhile") {
  DurableRig rig;
  std::mutex mutex;
  std::map<std::string, std::vector<int>> seen;
  std::atomic<int> calls{0};
  rig.run(
      [&](Delivery& delivery) {
        // Every third delivery fails, whichever it happens to be.
        if (calls.fetch_add(1) % 3 == 0 && delivery.count() < 20) return void(delivery.nak());
        const std::lock_guard lock(mutex);
        seen[delivery.metadata().key].push_back(std::stoi(std::string(delivery.data())));
      },
      {.batch_size = 10, .workers = 4, .max_deliver = 1'000});
  std::vector<std::thread> publishers;
  for (int publisher = 0; publisher < 3; ++publisher) {
    publishers.emplace_back([&rig, publisher] {
      for (int i = 0; i < 200; ++i)
        rig.append(std::to_string(i), std::to_string(publisher) + "-" + std::to_string(i % 2));
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  REQUIRE(rig.settle());
  CHECK(seen.size() == 6);
  for (const auto& [key, numbers] : seen) {
    const std::string name = key;
    CAPTURE(name);
    CHECK(numbers.size() == 100);
    CHECK(std::is_sorted(numbers.begin(), numbers.end()));
  }
  CHECK(rig.status().lag == 0);
  CHECK(rig.durable.store().dead_letters({}).empty());
}

namespace {

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : " ") + line;
  return text;
}

// A key whose events go to the same of two workers as those of `key`.
std::string companion_of(const std::string& key) {
  for (int i = 0;; ++i) {
    std::string other = "b" + std::to_string(i);
    if (std::hash<std::string>{}(other) % 2 == std::hash<std::string>{}(key) % 2) return other;
  }
}

// A worker handles a0 of key a, and has asked for more time for it 14 s after a1 was taken; behind it wait a1, whose lease
// ends in 16 s, and a2 and b of another key, which were taken just now.
struct LateQueue {
  LateQueue() : rig({.retention_interval = 1h}) {
    const std::string companion = companion_of("a");
    rig.durable.open(rig.plan({DurableRig::consumer("audit.record",
                                                    [this](Delivery& delivery) {
                                                      if (delivery.data() == "a0") {
                                                        journal.add("began");
                                                        more_time.pass();
                                                        (void)delivery.in_progress();
                                                        journal.add("extended");
                                                        finish.pass();
                                                      }
                                                      journal.add(std::string(delivery.data()));
                                                    },
                                                    {.workers = 2})}));
    rig.memory->before_claim = [this] {
      if (!stalls.load()) return;
      asked.add("asked");
      talk.pass();
    };
    rig.durable.begin();
    rig.append("a0", "a");
    journal.wait_for(1);
    rig.append("a1", "a");
    wait_until_taken(2);
    CHECK(rig.clock.wait_for_waiter(15s));
    rig.clock.advance(14s);
    more_time.open();
    journal.wait_for(2);
    rig.append("a2", "a");
    rig.append("b", companion);
    wait_until_taken(4);
  }

  void wait_until_taken(std::int64_t count) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (rig.status().in_flight < count && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    REQUIRE(rig.status().in_flight == count);
  }

  DurableRig rig;
  Journal journal;
  Journal asked;
  Gate more_time;
  Gate finish;
  Gate talk;
  std::atomic<bool> stalls{false};
};

}  // namespace

TEST_CASE("E7: an event whose time is over while it waits for its worker keeps later ones of its key behind it") {
  LateQueue late;
  late.stalls.store(true);
  // The lease of a1 is over. The store is being asked for more time for the others, and stalls.
  late.rig.clock.advance(17s);
  late.asked.wait_for(1);
  late.finish.open();
  CHECK(joined(late.journal.wait_for(4)) == "began extended a0 b");
  late.talk.open();
  REQUIRE(late.rig.settle());
  CHECK(joined(late.journal.lines()) == "began extended a0 b a1 a2");
}

TEST_CASE("E7: an event that the store has taken back while it waits for its worker keeps later ones behind it") {
  LateQueue late;
  store::LogStore& log = late.rig.durable.store();
  // For another process, whose clock is ahead, the lease of a1 is over.
  (void)log.claim("audit.record", log.begin_owner(), 1, late.rig.clock.now() + 17s);
  late.rig.clock.advance(1s);
  CHECK(late.rig.clock.wait_for_waiter(15s));
  late.finish.open();
  CHECK(joined(late.journal.wait_for(4)) == "began extended a0 b");
  late.rig.clock.advance(20s);
  REQUIRE(late.rig.settle());
  CHECK(joined(late.journal.lines()) == "began extended a0 b a1 a2");
}

TEST_CASE("E7: a worker that is busy does not keep the others from new deliveries") {
  DurableRig rig;
  Journal journal;
  Gate gate;
  rig.run(
      [&](Delivery& delivery) {
        if (delivery.data() == "slow") {
          journal.add("slow began");
          gate.pass();
        }
        journal.add(std::string(delivery.data()));
      },
      {.batch_size = 4, .workers = 2});
  rig.append("slow");
  journal.wait_for(1);
  for (int i = 0; i < 20; ++i) {
    rig.append(std::to_string(i), "some");
    rig.append(std::to_string(i), "other");
  }
  // Those of the slow worker's key may wait; the others come.
  CHECK(journal.wait_for(1 + 20).size() >= 1 + 20);
  gate.open();
  REQUIRE(rig.settle());
  CHECK(journal.lines().size() == 2 + 40);
}

TEST_CASE("E7: no more than max_in_flight are taken and not settled") {
  DurableRig rig;
  Journal journal;
  Gate gate;
  for (int i = 0; i < 10; ++i) rig.append(std::to_string(i));
  rig.run(
      [&](Delivery&) {
        journal.add("began");
        gate.pass();
      },
      {.workers = 2, .max_in_flight = 3});
  journal.wait_for(2);
  CHECK(rig.status().in_flight == 3);
  gate.open();
  REQUIRE(rig.settle());
  CHECK(journal.lines().size() == 10);
}

TEST_CASE("E8: several workers settle nothing twice") {
  DurableRig rig;
  Journal journal;
  rig.run([&](Delivery& delivery) { journal.add(std::string(delivery.data())); }, {.workers = 3});
  for (int i = 0; i < 500; ++i) rig.append(std::to_string(i));
  REQUIRE(rig.settle());
  const Lines lines = journal.lines();
  CHECK(lines.size() == 500);
  CHECK(std::set<std::string>(lines.begin(), lines.end()).size() == 500);
}

TEST_CASE("E4: an event whose handler hangs is delivered again to another worker, and the late answer is refused") {
  DurableRig rig;
  Journal journal;
  Gate gate;
  rig.run(
      [&](Delivery& delivery) {
        journal.add(std::to_string(delivery.count()));
        if (delivery.count() == 1) gate.pass();
        journal.add(delivery.ack() == Settled::yes ? "yes" : "late");
      },
      {.workers = 2});
  rig.append("x");
  journal.wait_for(1);
  rig.clock.advance(15s);
  CHECK(rig.clock.wait_for_waiter(15s));
  rig.clock.advance(15s);
  CHECK(journal.wait_for(3) == Lines{"1", "2", "yes"});
  gate.open();
  REQUIRE(rig.settle());
  CHECK(journal.lines() == Lines{"1", "2", "yes", "late"});
  CHECK(rig.status().lag == 0);
}
