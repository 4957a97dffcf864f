#include <doctest/doctest.h>

#include <algorithm>
#include <ashlar/middleware/access_log.hpp>
#include <atomic>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "error_of.hpp"
#include "host_support.hpp"
#include "support.hpp"

using ashlar::BackgroundOptions;
using ashlar::Run;
using ashlar::WhenFull;
using support::emits;
using support::House;

namespace {

struct Placed {
  int number = 0;
};
ASHLAR_EVENT(Placed, "orders.order.placed", 1, number)

struct Mailed {
  int number = 0;
};
ASHLAR_EVENT(Mailed, "mails.mail.sent", 1, number)

// `orders` declares Placed; `mails` handles it in the background with one thread and so much room.
class Mails {
 public:
  using Handler = std::function<void(const Placed&, const ashlar::EventContext&)>;

  Mails(Handler handler, BackgroundOptions options = {}, ashlar::HostOptions host = {}) : house_(std::move(host)) {
    house_.with("orders", {.declare = emits<Placed>()})
        .with("mails", {.declare =
                            [options](ashlar::Declaration& d) {
                              d.background(options);
                              d.emits<Mailed>();
                            },
                        .handlers =
                            [handler](ashlar::EventRegistry& r) {
                              r.on([handler](const Placed& e, const ashlar::EventContext& c) { handler(e, c); },
                                   ashlar::HandlerOptions{.name = "mail", .run = Run::in_background});
                            }})
        .start();
  }

  ashlar::PublishReport place(int number = 1, const ashlar::PublishOptions& options = {}) {
    return house_.bus("orders").publish(Placed{number}, options);
  }
  House& house() { return house_; }
  ashlar::ModuleHost& host() { return house_.host(); }

 private:
  House house_;
};

// A handler that is kept busy: it notes that it has begun, and goes on when the gate opens.
struct Busy {
  Gate gate;
  std::atomic<int> begun{0};
  std::mutex mutex;
  std::vector<int> handled;

  void operator()(const Placed& e, const ashlar::EventContext&) {
    ++begun;
    gate.pass();
    std::lock_guard lock(mutex);
    handled.push_back(e.number);
  }
};

Mails::Handler as_handler(Busy& busy) {
  return [&busy](const Placed& e, const ashlar::EventContext& c) { busy(e, c); };
}

}  // namespace

TEST_CASE("C1: a background handler runs on a thread of its module, and publish does not wait for it") {
  Busy busy;
  const OpenAtExit at_exit(busy.gate);
  std::thread::id thread;
  Mails mails([&](const Placed& e, const ashlar::EventContext& c) {
    thread = std::this_thread::get_id();
    busy(e, c);
  });
  const ashlar::PublishReport report = mails.place(7);
  CHECK(report.ok());
  CHECK(report.handlers() == 1);
  CHECK(busy.handled.empty());
  busy.gate.open();
  CHECK(mails.host().settle());
  CHECK(busy.handled == std::vector{7});
  CHECK(thread != std::this_thread::get_id());
}

TEST_CASE("C1: one background thread keeps the order of the publishes") {
  std::vector<int> handled;
  Mails mails([&](const Placed& e, const ashlar::EventContext&) { handled.push_back(e.number); });
  for (int number = 0; number < 5'000; ++number) mails.place(number);
  CHECK(mails.host().settle());
  std::vector<int> expected(5'000);
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(handled == expected);
}

TEST_CASE("C1: a background handler has the event's metadata, and what it publishes inherits it") {
  ashlar::Metadata seen;
  ashlar::Metadata sent;
  std::string data;
  House house;
  house.with("orders", {.declare = emits<Placed>()})
      .with("mails", {.declare = emits<Mailed>(),
                      .handlers =
                          [&](ashlar::EventRegistry& r) {
                            r.on("orders.order.placed",
                                 [&](const ashlar::Envelope& e) {
                                   seen = e.metadata();
                                   data = std::string(e.data());
                                   house.bus("mails").publish(Mailed{1});
                                 },
                                 {.name = "mail", .run = Run::in_background});
                            r.on([&](const Mailed&, const ashlar::EventContext& c) { sent = c.metadata(); });
                          }})
      .start();
  const ashlar::Uuid id = *ashlar::Uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  {
    const ashlar::CorrelationScope scope({.correlation_id = "c1", .tenant_id = "north", .user_id = "ann"});
    house.bus("orders").publish(Placed{4}, {.id = id, .causation_id = "before"});
  }
  house.clock().advance(std::chrono::hours{1});
  CHECK(house.host().settle());
  CHECK(seen.id == id);
  CHECK(seen.name == "orders.order.placed");
  CHECK(seen.source == "orders");
  CHECK(seen.time == ashlar::testing::VirtualClock::default_start);
  CHECK(seen.correlation_id == "c1");
  CHECK(seen.causation_id == "before");
  CHECK(seen.tenant_id == "north");
  CHECK(seen.user_id == "ann");
  CHECK(data == R"({"number":4})");
  CHECK(sent.correlation_id == "c1");
  CHECK(sent.tenant_id == "north");
  CHECK(sent.causation_id == id.to_string());
}

TEST_CASE(
    "C2: a background handler that throws is logged, counted and told to observers, and the next event is handled") {
  std::vector<int> handled;
  Mails mails([&](const Placed& e, const ashlar::EventContext&) {
    if (e.number == 1) throw std::runtime_error("no paper");
    handled.push_back(e.number);
  });
  std::vector<ashlar::HandlerFailure> failures;
  const ashlar::Subscription observer =
      mails.host().on_handler_failed([&](const ashlar::HandlerFailure& failure) { failures.push_back(failure); });
  CHECK(mails.place(1).ok());
  CHECK(mails.place(2).ok());
  CHECK(mails.host().settle());
  CHECK(handled == std::vector{2});
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].module == "mails");
  CHECK(failures[0].handler == "mail");
  CHECK(failures[0].message == "no paper");
  CHECK(mails.house().log().contains("error=no paper"));
}

TEST_CASE("C6: calls, failures and times of background handlers are counted") {
  Mails* self = nullptr;
  Mails mails([&](const Placed& e, const ashlar::EventContext&) {
    self->house().clock().advance(std::chrono::milliseconds{5});
    if (e.number == 2) throw std::runtime_error("no paper");
  });
  self = &mails;
  for (int number = 0; number < 4; ++number) mails.place(number);
  CHECK(mails.host().settle());
  for (const ashlar::EventDescription& event : mails.host().describe().events) {
    if (event.event.name != "orders.order.placed") continue;
    const ashlar::HandlerDescription& handler = event.handlers.at(0);
    CHECK(handler.run == Run::in_background);
    CHECK(handler.statistics.calls == 4);
    CHECK(handler.statistics.failures == 1);
    CHECK(handler.statistics.sampled == 4);
    CHECK(handler.statistics.sampled_time == std::chrono::milliseconds{20});
    CHECK(handler.statistics.slowest == std::chrono::milliseconds{5});
  }
}

TEST_CASE("C5: middleware stands around the handler on its background thread") {
  std::thread::id handled_on;
  class Where final : public ashlar::Middleware {
   public:
    explicit Where(std::thread::id& where) : where_(where) {}
    void around(const ashlar::HandlerCall&, const ashlar::Next& next) override {
      where_ = std::this_thread::get_id();
      next();
    }

   private:
    std::thread::id& where_;
  };
  std::thread::id wrapped_on;
  ashlar::HostOptions options;
  options.middleware = {std::make_shared<Where>(wrapped_on)};
  Mails mails([&](const Placed&, const ashlar::EventContext&) { handled_on = std::this_thread::get_id(); }, {},
              std::move(options));
  mails.place();
  CHECK(mails.host().settle());
  CHECK(wrapped_on == handled_on);
  CHECK(wrapped_on != std::this_thread::get_id());
}

TEST_CASE("C1: a full queue that waits holds the publisher until there is room") {
  Busy busy;
  const OpenAtExit at_exit(busy.gate);
  Mails mails(as_handler(busy), {.threads = 1, .capacity = 2, .when_full = WhenFull::wait});
  mails.place(1);
  CHECK(comes_true([&] { return busy.begun == 1; }));
  mails.place(2);
  mails.place(3);
  std::atomic<bool> published{false};
  std::thread publisher([&] {
    CHECK(mails.place(4).ok());
    published = true;
  });
  give_way();
  CHECK_FALSE(published);
  busy.gate.open();
  publisher.join();
  CHECK(mails.host().settle());
  CHECK(busy.handled == std::vector{1, 2, 3, 4});
}

TEST_CASE("C2: a full queue that refuses makes the event the handler's failure, in the report") {
  Busy busy;
  const OpenAtExit at_exit(busy.gate);
  Mails mails(as_handler(busy), {.threads = 1, .capacity = 2, .when_full = WhenFull::refuse});
  mails.place(1);
  CHECK(comes_true([&] { return busy.begun == 1; }));
  CHECK(mails.place(2).ok());
  CHECK(mails.place(3).ok());
  CHECK(mails.place(4).to_string() ==
        "1 handler, 1 failed: mails/mail: the background queue of module 'mails' is full (2 events wait for 1 thread)");
  busy.gate.open();
  CHECK(mails.host().settle());
  CHECK(busy.handled == std::vector{1, 2, 3});
}

TEST_CASE("C2: a full queue that drops the oldest event tells observers and the log which") {
  Busy busy;
  const OpenAtExit at_exit(busy.gate);
  Mails mails(as_handler(busy), {.threads = 1, .capacity = 2, .when_full = WhenFull::drop_oldest});
  std::vector<std::string> dropped;
  const ashlar::Subscription observer = mails.host().on_handler_failed(
      [&](const ashlar::HandlerFailure& failure) { dropped.push_back(failure.event_id + " " + failure.message); });
  const ashlar::Uuid id = *ashlar::Uuid::parse("01890a5d-ac96-774b-bcce-b302099a8057");
  mails.place(1);
  CHECK(comes_true([&] { return busy.begun == 1; }));
  mails.place(2, {.id = id});
  mails.place(3);
  CHECK(mails.place(4).ok());
  CHECK(dropped ==
        std::vector<std::string>{id.to_string() + " dropped for a later event: the background queue of module "
                                                  "'mails' is full (2 events wait for 1 thread)"});
  busy.gate.open();
  CHECK(mails.host().settle());
  CHECK(busy.handled == std::vector{1, 3, 4});
}

TEST_CASE("D7: a module whose background queue is full is not ready, and is again when there is room") {
  Busy busy;
  const OpenAtExit at_exit(busy.gate);
  Mails mails(as_handler(busy), {.threads = 1, .capacity = 1});
  const auto found = [&] {
    for (const ashlar::HealthCheckResult& check : mails.host().health().checks) {
      if (check.name == "mails/background") return check;
    }
    return ashlar::HealthCheckResult{};
  };
  CHECK(found().healthy);
  mails.place(1);
  CHECK(comes_true([&] { return busy.begun == 1; }));
  mails.place(2);
  CHECK_FALSE(found().healthy);
  CHECK(found().detail == "the background queue of module 'mails' is full (1 events wait for 1 thread)");
  CHECK_FALSE(mails.host().health().ready);
  busy.gate.open();
  CHECK(mails.host().settle());
  CHECK(mails.host().health().ready);
}

TEST_CASE(
    "C3: a background handler that publishes into its own full queue handles the event itself and waits for nobody") {
  std::vector<int> handled;
  std::atomic<bool> begun{false};
  Mails* self = nullptr;
  Gate filled;
  const OpenAtExit at_exit(filled);
  Mails mails(
      [&](const Placed& e, const ashlar::EventContext&) {
        handled.push_back(e.number);
        if (e.number != 1) return;
        begun = true;
        filled.pass();
        CHECK(self->place(3).ok());
      },
      {.threads = 1, .capacity = 1});
  self = &mails;
  mails.place(1);
  CHECK(comes_true([&] { return begun.load(); }));
  mails.place(2);
  filled.open();
  CHECK(mails.host().settle());
  CHECK(handled == std::vector{1, 3, 2});
}

TEST_CASE("D4: a stop handles what waits in the background, and what that publishes") {
  std::atomic<int> mailed{0};
  House* self = nullptr;
  House house;
  self = &house;
  house.with("orders", {.declare = emits<Placed>()})
      .with("mails", {.declare = emits<Mailed>(),
                      .handlers =
                          [&](ashlar::EventRegistry& r) {
                            r.on([&](const Placed& e) { self->bus("mails").publish(Mailed{e.number}); },
                                 {.run = Run::in_background});
                            r.on([&](const Mailed&) { ++mailed; }, {.run = Run::in_background});
                          }})
      .start();
  for (int number = 0; number < 500; ++number) house.bus("orders").publish(Placed{number});
  const ashlar::StopReport report = house.host().stop();
  CHECK(report.clean());
  CHECK(mailed == 500);
}

TEST_CASE("D4: what still waits in the background at the deadline is given up and named") {
  Busy busy;
  const OpenAtExit at_exit(busy.gate);
  ashlar::HostOptions options;
  options.stop_deadline = std::chrono::milliseconds{1'000};
  Mails mails(as_handler(busy), {}, std::move(options));
  std::atomic<int> given_up{0};
  const ashlar::Subscription observer = mails.host().on_handler_failed([&](const ashlar::HandlerFailure& failure) {
    CHECK(failure.message == "it still waited when the host had to stop");
    ++given_up;
  });
  for (int number = 0; number < 3; ++number) mails.place(number);
  CHECK(comes_true([&] { return busy.begun == 1; }));
  ashlar::StopReport report;
  std::atomic<bool> stopped{false};
  std::thread stopper([&] {
    report = mails.host().stop();
    stopped = true;
  });
  CHECK(comes_true([&] {
    mails.house().clock().advance_to_next_deadline();
    return stopped.load();
  }));
  stopper.join();
  CHECK(given_up == 2);
  CHECK(report.failures ==
        std::vector<std::string>{
            "module 'mails': 2 events for background handlers still waited at the deadline and were given up"});
  // The modules' stops may have had no time either, for the clock did not wait for them.
  CHECK(std::count(report.stragglers.begin(), report.stragglers.end(), "handler 'mails/mail'") == 1);
  busy.gate.open();
}

TEST_CASE("D4: background handlers run again when the host is started again") {
  std::atomic<int> mails_sent{0};
  Mails mails([&](const Placed&, const ashlar::EventContext&) { ++mails_sent; }, {.threads = 3});
  for (int round = 1; round <= 20; ++round) {
    for (int number = 0; number < 10; ++number) mails.place(number);
    CHECK(mails.host().stop().clean());
    CHECK(mails_sent == 10 * round);
    mails.house().start();
  }
}

TEST_CASE("C3: many threads publish to background handlers at once and every event is handled once") {
  constexpr int threads = 4;
  constexpr int publishes = 500;
  std::atomic<int> sum{0};
  Mails mails([&](const Placed& e, const ashlar::EventContext&) { sum += e.number; }, {.threads = 2, .capacity = 8});
  std::vector<std::thread> publishers;
  for (int thread = 0; thread < threads; ++thread) {
    publishers.emplace_back([&] {
      for (int number = 1; number <= publishes; ++number) CHECK(mails.place(number).ok());
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  CHECK(mails.host().settle());
  CHECK(sum == threads * publishes * (publishes + 1) / 2);
}

TEST_CASE("D1: a background pool without threads or room is refused") {
  House house;
  house.with("mails", {.declare = [](ashlar::Declaration& d) { d.background({.threads = 0}); }});
  CHECK(error_of([&] { house.start(); }) ==
        "module 'mails' wants a background pool of 0 threads and room for 1024 events: one of each is the least");
}
