#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>
#include <ashlar/store/transaction.hpp>
#include <ashlar/testing/temporary_directory.hpp>
#include <atomic>
#include <thread>

#include "durable_log_support.hpp"

using namespace ashlar;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds longest_wait = std::chrono::hours{24 * 366};

// A rig whose log is in a file.
struct FileRig {
  explicit FileRig(store::DurableLogOptions options = {})
      : file(folder.path() / "log.db", {.synchronous = store::Synchronous::off, .min_free_bytes = 0}),
        rig(std::move(options), [this] { return store::make_sqlite_log(file); }) {}

  testing::TemporaryDirectory folder;
  store::Store file;
  DurableRig rig;
};

}  // namespace

TEST_CASE("E12: a refusal inside a transaction is told as trouble until an event is stored again") {
  FileRig made({.retention = {.when_over = store::WhenOver::refuse_new, .max_count = 1}});
  DurableRig& rig = made.rig;
  rig.run([](Delivery&) {});
  rig.append("1");
  store::Database database = made.file.connect();
  {
    store::Transaction transaction(database);
    const StoredEvent event = rig.event("2");
    CHECK_THROWS_AS(rig.durable.append(event, &transaction), store::StoreFull);
    // The module may do without the event.
    transaction.commit();
  }
  CHECK(rig.durable.trouble().find("full: the log is full") != std::string::npos);
  rig.durable.store().set_retention({});
  {
    store::Transaction transaction(database);
    const StoredEvent event = rig.event("2");
    CHECK(rig.durable.append(event, &transaction).sequence == 2);
    transaction.commit();
  }
  CHECK(rig.durable.trouble().empty());
}

TEST_CASE("E9: retention makes room while a schedule that is due finds none, and then the schedule's event comes") {
  for (const bool on_a_file : {false, true}) {
    CAPTURE(on_a_file);
    const store::Retention retention{.when_over = store::WhenOver::refuse_new, .max_age = 1h, .max_count = 1};
    const store::DurableLogOptions options{.retention = retention, .retention_interval = 10s};
    FileRig in_a_file(options);
    DurableRig in_memory(options);
    DurableRig& rig = on_a_file ? in_a_file.rig : in_memory;
    Journal journal;
    rig.run([&](Delivery& delivery) { journal.add(std::string(delivery.data())); });
    rig.append("first");
    REQUIRE(rig.settle());
    rig.durable.schedule(rig.event("scheduled"), rig.clock.now() + 30min, nullptr);
    rig.clock.advance(30min);
    CHECK(rig.clock.wait_for_waiter(1s));
    CHECK(rig.durable.trouble().find("maintenance of the log: ") == 0);
    CHECK(rig.durable.store().scheduled().size() == 1);
    CHECK(journal.lines() == Lines{"first"});
    // The first event's age is over.
    rig.clock.advance(31min);
    CHECK(journal.wait_for(2) == Lines{"first", "scheduled"});
    REQUIRE(rig.settle());
    CHECK(rig.durable.trouble().empty());
    CHECK(rig.durable.store().bounds().first == 2);
  }
}

TEST_CASE("E10: consumers are added and removed while others settle and the log ends, and nothing is lost") {
  FileRig made;
  DurableRig& rig = made.rig;
  std::atomic<int> handled{0};
  rig.run([&](Delivery&) { ++handled; });
  std::atomic<int> added{0};
  std::thread changing([&] {
    try {
      for (;;) {
        const std::string name = "added" + std::to_string(added.load() % 3);
        rig.durable.add(DurableRig::consumer(name, [](Delivery&) {}, {.workers = 1 + std::size_t(added.load() % 2)}));
        ++added;
        rig.durable.remove(name);
      }
    } catch (const Error& error) {
      // Once the log has ended.
      CHECK(std::string(error.what()).find("the host does not run") != std::string::npos);
    }
  });
  int published = 0;
  while (published < 200 || added.load() < 20) {
    rig.append(std::to_string(published++));
    if (published % 50 == 0) (void)rig.durable.catch_up("audit.record", 20s);
  }
  CHECK(rig.durable.catch_up("audit.record", 20s));
  CHECK(handled.load() == published);
  CHECK(rig.end());
  changing.join();
  rig.durable.close();
  const auto all = rig.durable.store().consumers();
  const auto record = std::find_if(all.begin(), all.end(), [](const auto& one) { return one.name == "audit.record"; });
  REQUIRE(record != all.end());
  CHECK(record->lag == 0);
}

TEST_CASE("E4: the longest times and the largest numbers that options may have do no harm, nor do odd delays") {
  for (const auto ack_wait : {longest_wait, std::chrono::milliseconds{1}}) {
    for (const std::size_t most : {std::size_t{1}, std::size_t{1'000'000'000}}) {
      for (const bool on_a_file : {false, true}) {
        CAPTURE(ack_wait);
        CAPTURE(most);
        CAPTURE(on_a_file);
        FileRig in_a_file;
        DurableRig in_memory;
        DurableRig& rig = on_a_file ? in_a_file.rig : in_memory;
        Journal journal;
        rig.run(
            [&](Delivery& delivery) {
              if (delivery.count() == 1) {
                if (delivery.data() == "back") return void(delivery.nak(std::chrono::milliseconds::min()));
                if (delivery.data() == "never") return void(delivery.nak(std::chrono::milliseconds::max()));
              }
              journal.add(std::string(delivery.data()));
            },
            {.workers = 2, .max_in_flight = most, .ack_wait = ack_wait});
        for (const char* data : {"back", "never", "at once"}) rig.append(data);
        REQUIRE(rig.settle());
        Lines lines = journal.lines();
        std::sort(lines.begin(), lines.end());
        CHECK(lines == Lines{"at once", "back"});
        CHECK(rig.status().waiting == 1);
        rig.clock.advance(longest_wait - 1s);
        REQUIRE(rig.settle());
        CHECK(journal.lines().size() == 2);
        rig.clock.advance(1s);
        REQUIRE(rig.settle());
        CHECK(journal.wait_for(3).back() == "never");
        CHECK(rig.status().lag == 0);
      }
    }
  }
}

TEST_CASE("E5: what may be delivered once only is taken one by one, so that no other dies with it") {
  for (const std::size_t workers : {1u, 3u}) {
    CAPTURE(workers);
    FileRig made;
    DurableRig& rig = made.rig;
    for (int i = 0; i < 12; ++i) rig.append(std::to_string(i));
    Journal journal;
    std::atomic<std::int64_t> most{0};
    std::atomic<std::size_t> largest{0};
    rig.durable.open(rig.plan({DurableRig::consumer("audit.record",
                                                    [&](Delivery& delivery) {
                                                      most.store(std::max(most.load(), rig.status().in_flight));
                                                      journal.add(std::string(delivery.data()));
                                                    },
                                                    {.batch_size = 10, .workers = workers, .max_deliver = 1})}));
    rig.memory->after_claim = [&](const store::Claim& claim) {
      largest.store(std::max(largest.load(), claim.deliveries.size()));
    };
    rig.durable.begin();
    REQUIRE(rig.settle());
    CHECK(journal.lines().size() == 12);
    CHECK(largest.load() == 1);
    if (workers == 1) CHECK(most.load() == 1);
  }
}
