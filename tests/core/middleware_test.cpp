#include <doctest/doctest.h>

#include <ashlar/middleware.hpp>
#include <ashlar/middleware/only_for.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "error_of.hpp"
#include "middleware_support.hpp"

using middleware_test::mail;
using middleware_test::MailHouse;
using middleware_test::Placed;
using support::Calls;

namespace {

// Notes when it begins and ends, with the handler it stands around.
class Noting final : public ashlar::Middleware {
 public:
  Noting(Calls& calls, std::string name) : calls_(calls), name_(std::move(name)) {}
  void around(const ashlar::HandlerCall& call, const ashlar::Next& next) override {
    calls_.push_back(name_ + " begins " + std::string(call.handler().module) + "/" + std::string(call.handler().name));
    next();
    calls_.push_back(name_ + " ends");
  }

 private:
  Calls& calls_;
  std::string name_;
};

// Does what a lambda says.
class Doing final : public ashlar::Middleware {
 public:
  using Around = std::function<void(const ashlar::HandlerCall&, const ashlar::Next&)>;
  explicit Doing(Around around) : around_(std::move(around)) {}
  void around(const ashlar::HandlerCall& call, const ashlar::Next& next) override { around_(call, next); }

 private:
  Around around_;
};

class NotAround final : public ashlar::Middleware {
 public:
  NotAround(std::string module, Calls& asked) : module_(std::move(module)), asked_(asked) {}
  bool wraps(const ashlar::HandlerInfo& handler) override {
    asked_.push_back(std::to_string(handler.number) + " " + std::string(handler.module) + "/" +
                     std::string(handler.name));
    return handler.module != module_;
  }
  void around(const ashlar::HandlerCall& call, const ashlar::Next& next) override {
    asked_.push_back("around " + std::string(call.handler().module));
    next();
  }

 private:
  std::string module_;
  Calls& asked_;
};

std::shared_ptr<Doing> doing(Doing::Around around) { return std::make_shared<Doing>(std::move(around)); }

}  // namespace

TEST_CASE("C5: middleware wraps every handler call, in the order in which it was added") {
  Calls calls;
  MailHouse house({std::make_shared<Noting>(calls, "outer"), std::make_shared<Noting>(calls, "inner")},
                  [&](ashlar::EventRegistry& r) {
                    r.on([&](const Placed&) { calls.push_back("mail"); }, {.name = "mail"});
                    r.on("orders.#", [&](const ashlar::Envelope& e) { calls.push_back(std::string(e.data())); },
                         {.name = "copy"});
                  });
  CHECK(house.place("7").ok());
  CHECK(calls == Calls{"outer begins mails/mail", "inner begins mails/mail", "mail", "inner ends", "outer ends",
                       "outer begins mails/copy", "inner begins mails/copy", R"({"order_id":"7"})", "inner ends",
                       "outer ends"});
}

TEST_CASE("C5: a handler of a queue group is wrapped under its own name") {
  Calls calls;
  MailHouse house({std::make_shared<Noting>(calls, "m")}, [&](ashlar::EventRegistry& r) {
    r.on([&](const Placed&) {}, {.name = "one", .group = "mailers"});
    r.on([&](const Placed&) {}, {.name = "two", .group = "mailers"});
  });
  CHECK(house.place().outcomes().at(0).handler == "one");
  CHECK(house.place().outcomes().at(0).handler == "two");
  CHECK(calls == Calls{"m begins mails/one", "m ends", "m begins mails/two", "m ends"});
}

TEST_CASE("C5: what a handler throws passes through the middleware, and may be caught there") {
  int seen = 0;
  const auto watch = doing([&](const ashlar::HandlerCall&, const ashlar::Next& next) {
    try {
      next();
    } catch (const std::runtime_error&) {
      ++seen;
      throw;
    }
  });
  MailHouse passing({watch}, mail([] { throw std::runtime_error("no paper"); }));
  CHECK(passing.place().failures().at(0).message == "no paper");
  CHECK(seen == 1);

  const auto forgive = doing([&](const ashlar::HandlerCall&, const ashlar::Next& next) {
    try {
      next();
    } catch (...) {}
  });
  MailHouse forgiving({forgive, watch}, mail([] { throw std::runtime_error("no paper"); }));
  CHECK(forgiving.place().ok());
  CHECK(seen == 2);
}

TEST_CASE("C5: what middleware throws is the handler's failure, and the other handlers run") {
  int copies = 0;
  const auto refuse = doing([](const ashlar::HandlerCall& call, const ashlar::Next& next) {
    if (call.handler().name == "mail") throw std::logic_error("not today");
    next();
  });
  MailHouse house({refuse}, [&](ashlar::EventRegistry& r) {
    r.on([&](const Placed&) { FAIL("called"); }, {.name = "mail"});
    r.on([&](const Placed&) { ++copies; }, {.name = "copy"});
  });
  const ashlar::PublishReport report = house.place();
  CHECK(report.to_string() == "2 handlers, 1 failed: mails/mail: not today");
  CHECK(copies == 1);
}

TEST_CASE("C5: middleware may leave the handler out, or call it again") {
  int called = 0;
  MailHouse without({doing([](const auto&, const auto&) {})}, mail([&] { ++called; }));
  CHECK(without.place().ok());
  CHECK(called == 0);
  MailHouse twice({doing([](const auto&, const ashlar::Next& next) {
                    next();
                    next();
                  })},
                  mail([&] { ++called; }));
  CHECK(twice.place().ok());
  CHECK(called == 2);
}

TEST_CASE("C5: middleware is asked once for each handler whether it wraps it, by number, module and name") {
  Calls asked;
  MailHouse house({std::make_shared<NotAround>("mails", asked)}, mail([] {}));
  CHECK(asked == Calls{"0 mails/mail"});
  asked.clear();
  CHECK(house.place().ok());
  CHECK(asked.empty());
}

TEST_CASE("C5: middleware sees the event, its metadata and the host's clock, and logs as the handler's module") {
  std::string seen;
  const auto look = doing([&](const ashlar::HandlerCall& call, const ashlar::Next& next) {
    seen =
        std::string(call.event().name()) + " " + std::string(call.event().data()) + " " + call.event().correlation_id();
    CHECK(call.clock().now() == ashlar::testing::VirtualClock::default_start);
    call.log().info("seen");
    next();
  });
  MailHouse house({look}, mail([] {}));
  house.place("9", {.correlation_id = "c1"});
  CHECK(seen == R"(orders.order.placed {"order_id":"9"} c1)");
  CHECK(house.log().contains("info mails: seen"));
}

TEST_CASE("C5: a host that starts again asks its middleware again") {
  Calls asked;
  MailHouse house({std::make_shared<NotAround>("nobody", asked)}, mail([] {}));
  house.host().stop();
  house.start();
  CHECK(asked == Calls{"0 mails/mail", "0 mails/mail"});
  house.place();
  CHECK(asked.back() == "around mails");
}

TEST_CASE("C5: only_for keeps middleware to the handlers that are named") {
  Calls calls;
  const auto handlers = [&](ashlar::EventRegistry& r) {
    r.on([&](const Placed&) { calls.push_back("mail"); }, {.name = "mail"});
    r.on([&](const Placed&) { calls.push_back("copy"); }, {.name = "copy"});
  };
  MailHouse one({ashlar::only_for({"mails/copy", "gone/away"}, std::make_shared<Noting>(calls, "m"))}, handlers);
  one.place();
  CHECK(calls == Calls{"mail", "m begins mails/copy", "copy", "m ends"});
  calls.clear();
  MailHouse all({ashlar::only_for({"mails"}, std::make_shared<Noting>(calls, "m"))}, handlers);
  all.place();
  CHECK(calls == Calls{"m begins mails/mail", "mail", "m ends", "m begins mails/copy", "copy", "m ends"});
  CHECK(error_of([] { ashlar::only_for({"mails"}, nullptr); }) == "only_for() was given no middleware");
}

TEST_CASE("C5: a pause in middleware lasts as long as the clock says, and ends when the host is to stop") {
  std::vector<bool> waited;
  const auto wait = doing([&](const ashlar::HandlerCall& call, const ashlar::Next& next) {
    waited.push_back(call.pause(std::chrono::seconds{5}));
    next();
  });
  MailHouse house({wait}, mail([] {}));
  std::thread publisher([&] { house.place(); });
  CHECK(house.clock().wait_for_waiter(std::chrono::seconds{5}));
  house.clock().advance(std::chrono::seconds{5});
  publisher.join();
  CHECK(waited == std::vector{true});

  std::thread second([&] { house.place(); });
  CHECK(house.clock().wait_for_waiter(std::chrono::seconds{5}));
  house.host().stop();
  second.join();
  CHECK(waited == std::vector{true, false});
}
