// The listings of docs/middleware.md.

#include <doctest/doctest.h>

#include <ashlar/middleware/access_log.hpp>
#include <ashlar/middleware/idempotence.hpp>
#include <ashlar/middleware/only_for.hpp>
#include <ashlar/middleware/retry.hpp>
#include <ashlar/middleware/throttle.hpp>
#include <ashlar/module.hpp>
#include <ashlar/testing/faults.hpp>
#include <ashlar/testing/test_host.hpp>
#include <orders/events.hpp>

namespace {

// [own]
class OfficeHours final : public ashlar::Middleware {
 public:
  bool wraps(const ashlar::HandlerInfo& handler) override { return handler.module == "letters"; }

  void around(const ashlar::HandlerCall& call, const ashlar::Next& next) override {
    const auto since_midnight = call.clock().now() - std::chrono::floor<std::chrono::days>(call.clock().now());
    if (since_midnight >= std::chrono::hours{18}) throw std::runtime_error("the office is closed");
    next();
  }
};
// [/own]

struct Printer {
  int printed = 0;
  void print(const std::string&) { ++printed; }
};

class LettersModule final : public ashlar::Module {
 public:
  explicit LettersModule(Printer& printer) : printer_(printer) {}
  std::string_view name() const override { return "letters"; }

  // [background]
  void declare(ashlar::Declaration& d) override {
    d.background({.threads = 2, .capacity = 500, .when_full = ashlar::WhenFull::refuse});
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([this](const orders::OrderPlaced& order) { printer_.print(order.order_id); },
                {.name = "print", .repeat = ashlar::Repeat::allowed, .run = ashlar::Run::in_background});
  }
  // [/background]

 private:
  Printer& printer_;
};

std::vector<std::shared_ptr<ashlar::Middleware>> middleware() {
  ashlar::HostOptions options;
  // [shipped]
  options.middleware = {
      std::make_shared<ashlar::AccessLog>(),
      std::make_shared<ashlar::Idempotence>(),
      std::make_shared<ashlar::Retry>(ashlar::RetryOptions{.attempts = 5}),
      ashlar::only_for({"letters/print"}, std::make_shared<ashlar::Throttle>(ashlar::ThrottleOptions{.calls = 10})),
  };
  // [/shipped]
  return options.middleware;
}

}  // namespace

TEST_CASE("docs: a module prints letters in the background, within office hours") {
  Printer printer;
  auto setup = ashlar::testing::TestHost::alone(std::make_unique<LettersModule>(printer));
  setup.emits<orders::OrderPlaced>();
  for (const auto& each : middleware()) setup.around(each);
  auto host = setup.around(std::make_shared<OfficeHours>()).start();
  host.publish(orders::OrderPlaced{.order_id = "7"});
  CHECK(host.host().settle());
  CHECK(printer.printed == 1);
  CHECK(host.logged("handled"));
}

// [faults]
TEST_CASE("a letter that fails to print is printed at the second attempt") {
  using ashlar::testing::Faults;
  using ashlar::testing::TestHost;
  Printer printer;
  const auto faults = std::make_shared<Faults>();
  TestHost host = TestHost::alone(std::make_unique<LettersModule>(printer))
                      .emits<orders::OrderPlaced>()
                      .around(std::make_shared<ashlar::Retry>(ashlar::RetryOptions{.first_delay = {}}))
                      .around(faults)  // inside Retry, which sees what it does
                      .start();
  faults->fail("letters/print", "no paper");

  host.publish(orders::OrderPlaced{.order_id = "7"});

  CHECK(host.host().settle());
  CHECK(printer.printed == 1);
  CHECK(faults->all_happened());
}
// [/faults]
