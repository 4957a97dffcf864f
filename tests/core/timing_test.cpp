#include <doctest/doctest.h>

#include <ashlar/middleware/access_log.hpp>
#include <ashlar/middleware/timing.hpp>
#include <stdexcept>

#include "middleware_support.hpp"

using ashlar::Timing;
using middleware_test::mail;
using middleware_test::MailHouse;
using namespace std::chrono_literals;

TEST_CASE("C5: every call is timed into the histogram of its handler") {
  const auto timing = std::make_shared<Timing>();
  std::vector<std::chrono::nanoseconds> durations{0ns, 999ns, 1us, 3us, 1ms, 200s};
  MailHouse* self = nullptr;
  std::size_t call = 0;
  MailHouse house({timing}, mail([&] {
                    self->clock().advance(durations.at(call));
                    if (++call == durations.size()) throw std::runtime_error("late");
                  }));
  self = &house;
  for (std::size_t i = 0; i < durations.size(); ++i) house.place();

  const auto handlers = timing->handlers();
  REQUIRE(handlers.size() == 1);
  const ashlar::HandlerTimes& times = handlers[0];
  CHECK(times.module == "mails");
  CHECK(times.handler == "mail");
  CHECK(times.calls == 6);
  CHECK(times.failures == 1);
  CHECK(times.total == 200s + 1ms + 4us + 999ns);
  CHECK(times.slowest == 200s);
  std::vector<std::uint64_t> expected(Timing::buckets, 0);
  expected[0] = 2;   // below 1 µs
  expected[1] = 1;   // below 2 µs
  expected[2] = 1;   // below 4 µs
  expected[10] = 1;  // below 1,024 µs
  expected[Timing::buckets - 1] = 1;
  CHECK(times.histogram == expected);
  CHECK(Timing::bound(10) == 1024us);
  CHECK(times.at_most(0.5) == 2us);
  CHECK(times.at_most(0.99) == 200s);
}

TEST_CASE("C5: times go on being counted when the host starts again") {
  const auto timing = std::make_shared<Timing>();
  MailHouse house({timing}, mail([] {}));
  house.place();
  house.host().stop();
  house.start();
  house.place();
  CHECK(timing->handlers().at(0).calls == 2);
}

TEST_CASE("C5: the access log has one line for each call, with its time and its error") {
  MailHouse* self = nullptr;
  bool fails = false;
  MailHouse house({std::make_shared<ashlar::AccessLog>()}, mail([&] {
                    self->clock().advance(250us);
                    if (fails) throw std::runtime_error("no paper");
                  }));
  self = &house;
  house.place();
  CHECK(house.log().contains("info mails: handled"));
  const ashlar::testing::LogLine line = house.log().lines().back();
  CHECK(line.field("took_us") == "250");
  CHECK(line.field("event") == "orders.order.placed");
  CHECK(line.field("handler") == "mail");
  fails = true;
  house.place();
  CHECK(house.log().contains("info mails: handler failed"));
  CHECK(house.log().contains("error=no paper"));
}
