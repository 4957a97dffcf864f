#include <doctest/doctest.h>

#include <ashlar/testing/faults.hpp>
#include <ashlar/testing/test_host.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using ashlar::testing::Faults;
using ashlar::testing::TestHost;
using namespace std::chrono_literals;

namespace {

struct Placed {
  std::string order_id;
};
ASHLAR_EVENT(Placed, "orders.order.placed", 1, order_id)

class Mails final : public ashlar::Module {
 public:
  explicit Mails(std::vector<std::string>& sent) : sent_(sent) {}
  std::string_view name() const override { return "mails"; }
  void declare(ashlar::Declaration&) override {}
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([this](const Placed& e) { sent_.push_back(e.order_id); }, {.name = "mail"});
    registry.on([this](const Placed& e) { sent_.push_back("copy of " + e.order_id); }, {.name = "copy"});
  }

 private:
  std::vector<std::string>& sent_;
};

// A host of `mails` with faults, and what it has sent.
struct House {
  std::shared_ptr<Faults> faults = std::make_shared<Faults>();
  std::vector<std::string> sent;
  TestHost host = TestHost::alone(std::make_unique<Mails>(sent)).emits<Placed>().around(faults).start();
};

using Sent = std::vector<std::string>;

}  // namespace

TEST_CASE("G4: an injected throw is the handler's failure, once, and the other handlers run") {
  House house;
  house.faults->fail("mails/mail", "no paper");
  CHECK(house.host.publish(Placed{"1"}).to_string() == "2 handlers, 1 failed: mails/mail: no paper");
  CHECK(house.host.publish(Placed{"2"}).ok());
  CHECK(house.sent == Sent{"copy of 1", "2", "copy of 2"});
  CHECK(house.faults->all_happened());
}

TEST_CASE("G4: an injected drop keeps an event from one handler, and a duplicate brings it twice") {
  House house;
  house.faults->drop("mails/mail");
  house.faults->duplicate("mails/copy");
  CHECK(house.host.publish(Placed{"1"}).ok());
  CHECK(house.sent == Sent{"copy of 1", "copy of 1"});
}

TEST_CASE("G4: an injected delay lasts as long as the virtual clock says") {
  House house;
  house.faults->delay("mails/mail", 5s);
  std::thread publisher([&] { house.host.publish(Placed{"1"}); });
  CHECK(house.host.clock().wait_for_waiter(5s));
  CHECK(house.sent.empty());
  house.host.advance(5s);
  publisher.join();
  CHECK(house.sent == Sent{"1", "copy of 1"});
}

TEST_CASE("G4: faults of a module happen to its next calls in the order in which they were asked for") {
  House house;
  house.faults->fail("mails", "first", 2);
  house.faults->drop("mails");
  CHECK(house.host.publish(Placed{"1"}).failures().size() == 2);
  CHECK(house.host.publish(Placed{"2"}).ok());
  CHECK(house.sent == Sent{"copy of 2"});
}

TEST_CASE("G4: faults that have not happened are named") {
  House house;
  house.faults->fail("mails/mail");
  house.faults->drop("nobody");
  house.host.publish(Placed{"1"});
  const ashlar::testing::Expectation all = house.faults->all_happened();
  CHECK_FALSE(all);
  CHECK(all.text() == "faults that have not happened: drop of nobody");
}
