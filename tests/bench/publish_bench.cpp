// publish() beside its rivals: a hand-written loop of type-erased calls with a try block each, a Boost.Signals2 signal whose
// combiner isolates, and a libsigc++ 3 signal (which does not isolate).

#include "support.hpp"

#include <sigc++/sigc++.h>

#include <boost/signals2/signal.hpp>
#include <memory>
#include <vector>

namespace {

using bench::handle;
using bench::Ticked;

struct ErasedCall {
  void (*call)(void* object, const void* event);
  void* object;
};

void loop_of_calls(benchmark::State& state) {
  std::vector<std::unique_ptr<long>> objects;
  std::vector<ErasedCall> calls;
  for (long own = 0; own < state.range(0); ++own) {
    objects.push_back(std::make_unique<long>(own));
    calls.push_back({[](void* object, const void* event) {
                       handle(*static_cast<const Ticked*>(event), *static_cast<long*>(object));
                     },
                     objects.back().get()});
  }
  benchmark::DoNotOptimize(calls.data());
  const Ticked event{1};
  long failures = 0;
  for (auto _ : state) {
    for (const ErasedCall& call : calls) {
      try {
        call.call(call.object, &event);
      } catch (...) {
        ++failures;
      }
    }
    benchmark::ClobberMemory();
  }
  benchmark::DoNotOptimize(failures);
}

void publish_again_and_again(benchmark::State& state, bench::TickingHost& host) {
  ashlar::EventBus& bus = host.bus();
  const Ticked event{1};
  for (auto _ : state) {
    const ashlar::PublishReport report = bus.publish(event);
    benchmark::DoNotOptimize(report.ok());
    benchmark::ClobberMemory();
  }
}

void publish(benchmark::State& state) {
  bench::TickingHost host(state.range(0));
  publish_again_and_again(state, host);
}

void publish_reading_id_and_time(benchmark::State& state) {
  bench::TickingHost host(state.range(0), bench::TickingModule::Reads::id_and_time);
  publish_again_and_again(state, host);
}

// The least that middleware can do.
class Passing final : public ashlar::Middleware {
 public:
  void around(const ashlar::HandlerCall&, const ashlar::Next& next) override { next(); }
};

// Ten handlers, and so many around each.
void publish_through_middleware(benchmark::State& state) {
  std::vector<std::shared_ptr<ashlar::Middleware>> middleware;
  for (long i = 0; i < state.range(0); ++i) middleware.push_back(std::make_shared<Passing>());
  bench::TickingHost host(10, std::move(middleware));
  publish_again_and_again(state, host);
}

struct Isolating {
  using result_type = long;
  template <class Iterator>
  long operator()(Iterator first, Iterator last) const {
    long failures = 0;
    for (; first != last; ++first) {
      try {
        *first;
      } catch (...) {
        ++failures;
      }
    }
    return failures;
  }
};

void boost_signals2(benchmark::State& state) {
  boost::signals2::signal<void(const Ticked&), Isolating> signal;
  for (long own = 0; own < state.range(0); ++own) {
    signal.connect([own](const Ticked& event) { handle(event, own); });
  }
  const Ticked event{1};
  for (auto _ : state) benchmark::DoNotOptimize(signal(event));
}

void libsigcpp3(benchmark::State& state) {
  sigc::signal<void(const Ticked&)> signal;
  for (long own = 0; own < state.range(0); ++own) {
    signal.connect([own](const Ticked& event) { handle(event, own); });
  }
  const Ticked event{1};
  for (auto _ : state) {
    signal.emit(event);
    benchmark::ClobberMemory();
  }
}

std::unique_ptr<bench::TickingHost> shared_host;

// One host, one event, as many threads as the benchmark has.
void publish_from_threads(benchmark::State& state) {
  ashlar::EventBus& bus = shared_host->bus();
  const Ticked event{1};
  for (auto _ : state) {
    const ashlar::PublishReport report = bus.publish(event);
    benchmark::DoNotOptimize(report.ok());
  }
  state.SetItemsProcessed(state.iterations());
}

void make_shared_host(const benchmark::State&) { shared_host = std::make_unique<bench::TickingHost>(10); }
void drop_shared_host(const benchmark::State&) { shared_host.reset(); }

}  // namespace

BENCHMARK(loop_of_calls)->Arg(1)->Arg(10)->Arg(100);
BENCHMARK(publish)->Arg(1)->Arg(10)->Arg(100);
BENCHMARK(publish_reading_id_and_time)->Arg(1);
BENCHMARK(publish_through_middleware)->Arg(0)->Arg(1)->Arg(3);
BENCHMARK(boost_signals2)->Arg(10);
BENCHMARK(libsigcpp3)->Arg(10);
BENCHMARK(publish_from_threads)
    ->Threads(1)
    ->Threads(2)
    ->UseRealTime()
    ->Setup(make_shared_host)
    ->Teardown(drop_shared_host);
