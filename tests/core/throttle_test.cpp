#include <doctest/doctest.h>

#include <ashlar/middleware/throttle.hpp>
#include <thread>

#include "error_of.hpp"
#include "middleware_support.hpp"

using ashlar::Throttle;
using middleware_test::mail;
using middleware_test::MailHouse;
using namespace std::chrono_literals;

TEST_CASE("C5: a throttled handler may be called so often at once, and then in its turn") {
  int mails = 0;
  MailHouse house({std::make_shared<Throttle>(ashlar::ThrottleOptions{.calls = 2, .per = 1s, .longest_wait = 10s})},
                  mail([&] { ++mails; }));
  CHECK(house.place().ok());
  CHECK(house.place().ok());
  CHECK(mails == 2);
  for (int more = 0; more < 2; ++more) {
    std::thread third([&] { house.place(); });
    CHECK(house.clock().wait_for_waiter(500ms));
    CHECK(mails == 2 + more);
    house.clock().advance(500ms);
    third.join();
    CHECK(mails == 3 + more);
  }
  house.clock().advance(1s);
  CHECK(house.place().ok());
  CHECK(house.place().ok());
  CHECK(mails == 6);
}

TEST_CASE("C5: a call that would have to wait too long for its turn fails and takes none") {
  int mails = 0;
  MailHouse house({std::make_shared<Throttle>(ashlar::ThrottleOptions{.calls = 1, .per = 1s, .longest_wait = 0ms})},
                  mail([&] { ++mails; }));
  CHECK(house.place().ok());
  for (int again = 0; again < 3; ++again) {
    CHECK(house.place().to_string() ==
          "1 handler, 1 failed: mails/mail: handler 'mails/mail' may be called 1 times in 1000 ms, and its next turn "
          "is in "
          "1000 ms (at most 0 are waited for)");
  }
  house.clock().advance(1s);
  CHECK(house.place().ok());
  CHECK(mails == 2);
}

TEST_CASE("C5: each handler has turns of its own") {
  int mails = 0;
  int copies = 0;
  MailHouse house({std::make_shared<Throttle>(ashlar::ThrottleOptions{.calls = 1, .per = 1s, .longest_wait = 0ms})},
                  [&](ashlar::EventRegistry& r) {
                    r.on([&](const middleware_test::Placed&) { ++mails; }, {.name = "mail"});
                    r.on([&](const middleware_test::Placed&) { ++copies; }, {.name = "copy"});
                  });
  CHECK(house.place().ok());
  CHECK(mails == 1);
  CHECK(copies == 1);
}

TEST_CASE("C5: options of Throttle that make no sense are refused") {
  for (const ashlar::ThrottleOptions& wrong :
       {ashlar::ThrottleOptions{.calls = 0}, {.per = 0ms}, {.longest_wait = -1ms}}) {
    CHECK(error_of([&] { Throttle{wrong}; }).starts_with("Throttle wants at least one call"));
  }
}
