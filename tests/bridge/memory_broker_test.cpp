#include <ashlar/testing/memory_broker.hpp>
#include <thread>

#include "broker_suite.hpp"

namespace {

class MemoryPlace final : public BrokerPlace {
 public:
  std::unique_ptr<ashlar::bridge::Broker> make(const ashlar::bridge::Topology& topology) override {
    return exchange_.make_broker(topology);
  }
  void cut() override { exchange_.go_away(); }
  void silence() override { exchange_.block(); }
  void restore() override {
    exchange_.unblock();
    exchange_.come_back();
  }
  std::string wait_for_dead(const std::string& queue) override {
    const std::string dead = queue + ".dead";
    for (int i = 0; i < 1'000'000; ++i) {
      if (auto message = exchange_.take(dead)) return message->body;
      std::this_thread::yield();
    }
    return "nothing came";
  }

 private:
  ashlar::testing::MemoryExchange exchange_;
};

std::unique_ptr<BrokerPlace> make_place() { return std::make_unique<MemoryPlace>(); }

}  // namespace

BROKER_SUITE("in memory", make_place)
