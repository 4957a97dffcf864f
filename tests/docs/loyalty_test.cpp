// The listings of README: cut from here, so that they compile and pass.

#include <doctest/doctest.h>

#include <ashlar/module.hpp>
#include <ashlar/testing/recording_bus.hpp>
#include <ashlar/testing/test_host.hpp>
#include <orders/events.hpp>

// [module]
namespace loyalty {

struct PointsEarned {
  std::string customer_id;
  std::int64_t points = 0;
};
ASHLAR_EVENT(PointsEarned, "loyalty.points.earned", 1, customer_id, points)

struct Options {
  std::int64_t points_per_line = 10;
};
ASHLAR_STRUCT(Options, points_per_line)

class LoyaltyModule final : public ashlar::Module {
 public:
  std::string_view name() const override { return "loyalty"; }

  void declare(ashlar::Declaration& d) override {
    d.emits<PointsEarned>().key(&PointsEarned::customer_id);
    d.configured_by(options_);
  }
  void prepare(ashlar::ModuleContext& context) override { bus_ = &context.bus(); }
  void register_handlers(ashlar::EventRegistry& registry) override {
    registry.on([this](const orders::OrderPlaced& order) {
      const auto lines = static_cast<std::int64_t>(order.lines.size());
      bus_->publish(PointsEarned{order.customer_id, lines * options_.points_per_line});
    });
  }

 private:
  Options options_;
  ashlar::EventBus* bus_ = nullptr;
};

}  // namespace loyalty

ASHLAR_MODULE(loyalty, loyalty::LoyaltyModule)
// [/module]

// [module test]
TEST_CASE("an order earns points for each of its lines") {
  using ashlar::testing::TestHost;
  TestHost host = TestHost::alone(std::make_unique<loyalty::LoyaltyModule>())
                      .emits<orders::OrderPlaced>()  // a stand-in declares it
                      .set("loyalty.points_per_line", "5")
                      .start();

  host.publish(orders::OrderPlaced{.order_id = "7", .customer_id = "ada", .lines = {{}, {}}});

  CHECK(host.exactly<loyalty::PointsEarned>(1));
  CHECK(host.published<loyalty::PointsEarned>()[0].points == 10);
}
// [/module test]

// [mocked publish]
class Till {
 public:
  explicit Till(ashlar::EventBus& bus) : bus_(bus) {}
  void reward(const std::string& customer) { bus_.publish(loyalty::PointsEarned{customer, 1}); }

 private:
  ashlar::EventBus& bus_;
};

TEST_CASE("the till rewards a customer with a point") {
  ashlar::testing::RecordingBus bus;  // the mocked publish
  Till(bus).reward("ada");
  CHECK(bus.published<loyalty::PointsEarned>()[0].customer_id == "ada");
}
// [/mocked publish]
