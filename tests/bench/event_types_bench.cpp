// What publish() costs in a host of very many event types. Types by the thousand are made at run time, below the
// template, as a host makes them.

#include "dispatch/dispatch.hpp"
#include "support.hpp"

#include <string>
#include <vector>

namespace {

using bench::Ticked;
using namespace ashlar;

class ManyTypes {
 public:
  explicit ManyTypes(std::size_t count) : dispatch_(system_clock(), std::make_shared<Silent>(), 64, {}, nullptr) {
    port_ = std::make_unique<Probe>(dispatch_.add_bus("bench"));
    names_.reserve(count);
    types_.reserve(count);
    for (std::size_t number = 0; number < count; ++number) {
      names_.push_back("bench.clock.ticked_" + std::to_string(number));
      detail::EventDescriptor descriptor = detail::describe_event<Ticked>();
      types_.push_back(
          {{names_.back(), 1}, detail::next_event_index(), descriptor.type->copy, descriptor.type->destroy});
      descriptor.id = types_.back().id;
      descriptor.type = &types_.back();
      dispatch_.add_event("bench", descriptor);
    }
    dispatch_.freeze_events();
    for (const std::string& name : names_) {
      auto handler = std::make_unique<detail::Handler>();
      handler->module = "bench";
      handler->name = name;
      handler->registered_for = name;
      handler->function = detail::typed_handler<Ticked>([](const Ticked& event) { bench::handle(event, 1); });
      dispatch_.add_handler(std::move(handler));
    }
    dispatch_.compile();
    dispatch_.open();
  }
  ~ManyTypes() { dispatch_.close(Clock::Steady::max()); }

  PublishReport publish(std::size_t number, const Ticked& event) {
    return PublishReport(detail::publish(port_->port(), types_[number], &event, nullptr));
  }

 private:
  struct Silent final : LogSink {
    bool writes(std::string_view, LogLevel) const override { return false; }
    void write(std::string_view, LogLevel, std::string_view, std::span<const LogField>) override {}
  };
  // A bus hides its port from everyone but those who derive from it.
  struct Probe : EventBus {
    explicit Probe(const EventBus& bus) : EventBus(port_of(bus)) {}
    detail::Port& port() const { return port_of(*this); }
  };

  detail::Dispatch dispatch_;
  std::unique_ptr<Probe> port_;
  std::vector<std::string> names_;
  std::vector<detail::EventType> types_;
};

// The same event again and again, beside `count` others that are there.
void one_of_many_types(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  ManyTypes types(count);
  const Ticked event{1};
  for (auto _ : state) {
    const PublishReport report = types.publish(count / 2, event);
    benchmark::DoNotOptimize(report.ok());
  }
}

// All of them in turn: what the caches make of it.
void all_types_in_turn(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  ManyTypes types(count);
  const Ticked event{1};
  std::size_t number = 0;
  for (auto _ : state) {
    const PublishReport report = types.publish(number, event);
    benchmark::DoNotOptimize(report.ok());
    if (++number == count) number = 0;
  }
}

}  // namespace

BENCHMARK(one_of_many_types)->Arg(1)->Arg(100)->Arg(10'000);
BENCHMARK(all_types_in_turn)->Arg(1)->Arg(100)->Arg(10'000);
