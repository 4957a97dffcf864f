// Starting hosts of many modules, and what a handler takes of memory.

#include "support.hpp"

#include <malloc.h>

#include <ashlar/testing/test_host.hpp>
#include <string>

namespace {

constexpr long handlers_of_a_module = 10;

// All modules but the first handle the first one's event; each but the first needs the one before the last ten.
class HandlingModule final : public ashlar::Module {
 public:
  explicit HandlingModule(long number) : number_(number), name_("module_" + std::to_string(number)) {}

  std::string_view name() const override { return name_; }
  void declare(ashlar::Declaration& declaration) override {
    if (number_ == 0) declaration.emits<bench::Ticked>();
    if (number_ >= 10) declaration.needs_module("module_" + std::to_string(number_ - 10));
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    for (long own = 0; own < handlers_of_a_module; ++own) {
      registry.on([own](const bench::Ticked& event) { bench::handle(event, own); });
    }
  }

 private:
  long number_;
  std::string name_;
};

std::unique_ptr<ashlar::ModuleHost> host_of(long modules) {
  auto host = std::make_unique<ashlar::ModuleHost>();
  for (long number = 0; number < modules; ++number) host->add(std::make_unique<HandlingModule>(number));
  return host;
}

void start_host(benchmark::State& state) {
  const std::size_t before = mallinfo2().uordblks;
  std::size_t after = before;
  for (auto _ : state) {
    state.PauseTiming();
    auto host = host_of(state.range(0));
    state.ResumeTiming();
    host->start();
    state.PauseTiming();
    after = mallinfo2().uordblks;
    host.reset();
    state.ResumeTiming();
  }
  state.counters["handlers"] = static_cast<double>(state.range(0) * handlers_of_a_module);
  state.counters["bytes_per_handler"] =
      static_cast<double>(after - before) / static_cast<double>(state.range(0) * handlers_of_a_module);
}

// What a test pays for a module of its own: host, data folder, log, clock; started and taken down again.
void start_and_stop_test_host(benchmark::State& state) {
  for (auto _ : state) {
    ashlar::testing::TestHost host = ashlar::testing::TestHost::alone(std::make_unique<HandlingModule>(0)).start();
    benchmark::DoNotOptimize(host.host().running());
  }
}

}  // namespace

BENCHMARK(start_and_stop_test_host)->Unit(benchmark::kMillisecond);
BENCHMARK(start_host)->Arg(10)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond);
