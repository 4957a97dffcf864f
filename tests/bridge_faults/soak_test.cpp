// Five minutes instead of five seconds:
//
//   ASHLAR_SOAK_SECONDS=300 bridge_faults_tests --test-case='*random faults*'

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "patience.hpp"
#include "two_hosts.hpp"

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::seconds wanted() {
  const char* seconds = std::getenv("ASHLAR_SOAK_SECONDS");
  return std::chrono::seconds{seconds == nullptr ? 5 : std::stoi(seconds)};
}

// What a process must not use more and more of.
struct Used {
  std::ptrdiff_t files = 0;
  long threads = 0;
  long kilobytes = 0;

  static Used now() {
    Used used;
    const std::filesystem::directory_iterator files("/proc/self/fd");
    used.files = std::distance(begin(files), end(files));
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      std::istringstream words(line);
      std::string name;
      words >> name;
      if (name == "Threads:") words >> used.threads;
      if (name == "VmRSS:") words >> used.kilobytes;
    }
    return used;
  }
};

void break_one(TcpProxy& line, std::mt19937& random) {
  switch (random() % 7) {
    case 0: return line.reset();
    case 1: return line.silence();
    case 2: return line.mute_broker();
    case 3: return line.refuse();
    case 4: return line.delay(std::chrono::milliseconds{random() % 60});
    case 5: return line.reset_each_after(1'000 + random() % 50'000);
    default: return;
  }
}

void mend(TcpProxy& line) {
  line.pass();
  line.delay(std::chrono::milliseconds{0});
  line.reset_each_after(0);
}

}  // namespace

TEST_CASE("F2: after random faults of both lines every event is there once and in order, and nothing has grown") {
  TwoHosts hosts({.pace = std::chrono::milliseconds{4}});
  hosts.start();
  hosts.publish("warm", 500);
  REQUIRE(hosts.wait_for_handled_there(500 - hosts.ledger().handled_there()));
  const Used before = Used::now();

  hosts.begin_load();
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937 random(seed);
  const auto end = Clock::now() + wanted();
  for (int round = 1; Clock::now() < end; ++round) {
    const auto between = [&](int least, int most) {
      keep_pace(std::chrono::milliseconds{least + static_cast<int>(random() % static_cast<unsigned>(most - least))});
    };
    break_one(hosts.publisher_line, random);
    break_one(hosts.consumer_line, random);
    between(100, 1'500);
    // What is broken while the next fault comes is as likely as what works.
    if (random() % 2 == 0) mend(hosts.publisher_line);
    if (random() % 2 == 0) mend(hosts.consumer_line);
    between(0, 500);
    if (round % 6 != 0) continue;
    // A line that was up for a while is tried again soon when it is gone; without this most of the time would be waiting.
    mend(hosts.publisher_line);
    mend(hosts.consumer_line);
    CHECK(hosts.wait_until_connected());
    between(5'000, 6'000);
  }
  CHECK(hosts.publishing_goes_on());
  mend(hosts.publisher_line);
  mend(hosts.consumer_line);
  hosts.check();
  REQUIRE(hosts.wait_until_connected());
  const Used after = Used::now();
  CHECK(after.threads <= before.threads + 1);
  CHECK(after.files <= before.files + 4);
#ifndef ASHLAR_TEST_EVERY  // a sanitizer keeps what was freed
  CHECK(after.kilobytes < before.kilobytes + 100 * 1024);
#endif
  MESSAGE("threads ", before.threads, " and ", after.threads, ", files ", before.files, " and ", after.files,
          ", memory ", before.kilobytes, " and ", after.kilobytes, " kB");
}
