#include <doctest/doctest.h>

#include <ashlar/middleware/retry.hpp>
#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

#include "error_of.hpp"
#include "host_support.hpp"
#include "middleware_support.hpp"

using ashlar::Repeat;
using ashlar::Retry;
using middleware_test::mail;
using middleware_test::MailHouse;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<Retry> retry(ashlar::RetryOptions options) {
  options.jitter = 0;
  return std::make_shared<Retry>(options);
}

// Fails until it has been called so often.
std::function<void()> succeeds_at(int call, int& calls) {
  return [call, &calls] {
    if (++calls < call) throw std::runtime_error("no line " + std::to_string(calls));
  };
}

}  // namespace

TEST_CASE("C5: a handler that may be repeated is called again, each time after a longer delay") {
  int calls = 0;
  MailHouse house({retry({.attempts = 4, .first_delay = 10ms, .factor = 3, .max_delay = 50ms})},
                  mail(succeeds_at(4, calls), {.repeat = Repeat::allowed}));
  ashlar::PublishReport report;
  std::thread publisher([&] { report = house.place(); });
  for (const auto delay : {10ms, 30ms, 50ms}) {
    CHECK(house.clock().wait_for_waiter(delay));
    house.clock().advance(delay);
  }
  publisher.join();
  CHECK(report.ok());
  CHECK(calls == 4);
  CHECK(house.log().contains("handler failed and will be called again attempt=1"));
}

TEST_CASE("C5: the last attempt's error is the handler's failure") {
  int calls = 0;
  MailHouse house({retry({.attempts = 3, .first_delay = 0ms})},
                  mail(succeeds_at(9, calls), {.repeat = Repeat::allowed}));
  CHECK(house.place().to_string() == "1 handler, 1 failed: mails/mail: no line 3");
  CHECK(calls == 3);
}

TEST_CASE("C5: a handler that does not say that it may be repeated is called once") {
  int calls = 0;
  MailHouse house({retry({.first_delay = 0ms})}, mail(succeeds_at(9, calls)));
  CHECK_FALSE(house.place().ok());
  CHECK(calls == 1);
}

TEST_CASE("C5: a host that is to stop does not wait for the next attempt") {
  int calls = 0;
  MailHouse house({retry({.attempts = 3, .first_delay = 900ms})},
                  mail(succeeds_at(9, calls), {.repeat = Repeat::allowed}));
  ashlar::PublishReport report;
  std::thread publisher([&] { report = house.place(); });
  CHECK(house.clock().wait_for_waiter(900ms));
  CHECK(house.host().stop().clean());
  publisher.join();
  CHECK(calls == 1);
  CHECK(report.failures().at(0).message == "no line 1");
}

TEST_CASE("C5: delays vary by their jitter and stay within it") {
  int calls = 0;
  const auto varied = std::make_shared<Retry>(
      ashlar::RetryOptions{.attempts = 21, .first_delay = 100ms, .factor = 1, .max_delay = 1'000ms, .jitter = 0.5});
  MailHouse house({varied}, mail(succeeds_at(21, calls), {.repeat = Repeat::allowed}));
  std::atomic<bool> published{false};
  std::thread publisher([&] {
    house.place();
    published = true;
  });
  CHECK(comes_true([&] {
    house.clock().advance(150ms);
    return published.load();
  }));
  publisher.join();
  std::set<std::string> delays;
  for (const ashlar::testing::LogLine& line : house.log().lines()) {
    if (line.fields.contains("delay_ms")) delays.insert(line.field("delay_ms"));
  }
  CHECK(calls == 21);
  CHECK(delays.size() > 2);
  for (const std::string& delay : delays) {
    CHECK(std::stoi(delay) >= 50);
    CHECK(std::stoi(delay) <= 150);
  }
}

TEST_CASE("C5: options of Retry that make no sense are refused") {
  const std::string expected = "Retry wants at least one attempt";
  for (const ashlar::RetryOptions& wrong :
       {ashlar::RetryOptions{.attempts = 0}, {.first_delay = -1ms}, {.factor = 0.5}, {.jitter = 2}}) {
    CHECK(error_of([&] { Retry{wrong}; }).starts_with(expected));
  }
}
