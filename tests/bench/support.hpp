#pragma once

#include <benchmark/benchmark.h>

#include <ashlar/host.hpp>
#include <memory>
#include <utility>
#include <vector>

namespace bench {

struct Ticked {
  long value = 0;
};
ASHLAR_EVENT(Ticked, "bench.clock.ticked", 1, value)

// What every handler does, rivals' ones included: as little as can be without being optimized away.
inline thread_local long seen = 0;

inline void handle(const Ticked& event, long own) { benchmark::DoNotOptimize(seen += event.value + own); }

// Publishes Ticked and handles it `handlers` times.
class TickingModule final : public ashlar::Module {
 public:
  enum class Reads { nothing, id_and_time };

  explicit TickingModule(long handlers, Reads reads = Reads::nothing) : handlers_(handlers), reads_(reads) {}

  std::string_view name() const override { return "ticking"; }
  void declare(ashlar::Declaration& declaration) override { declaration.emits<Ticked>(); }
  void register_handlers(ashlar::EventRegistry& registry) override {
    for (long own = 0; own < handlers_; ++own) {
      if (reads_ == Reads::nothing) {
        registry.on([own](const Ticked& event) { handle(event, own); });
      } else {
        registry.on([own](const Ticked& event, const ashlar::EventContext& context) {
          benchmark::DoNotOptimize(context.id().bytes.data());
          benchmark::DoNotOptimize(context.time());
          handle(event, own);
        });
      }
    }
  }

 private:
  long handlers_;
  Reads reads_;
};

// A started host with one TickingModule.
class TickingHost {
 public:
  explicit TickingHost(long handlers, TickingModule::Reads reads = TickingModule::Reads::nothing)
      : TickingHost(handlers, reads, {}) {}
  TickingHost(long handlers, std::vector<std::shared_ptr<ashlar::Middleware>> middleware)
      : TickingHost(handlers, TickingModule::Reads::nothing, std::move(middleware)) {}

  ashlar::EventBus& bus() { return host_.bus_of("ticking"); }

 private:
  TickingHost(long handlers, TickingModule::Reads reads, std::vector<std::shared_ptr<ashlar::Middleware>> middleware)
      : host_([&] {
          ashlar::HostOptions options;
          options.middleware = std::move(middleware);
          return options;
        }()) {
    host_.add(std::make_unique<TickingModule>(handlers, reads));
    host_.start();
  }

  ashlar::ModuleHost host_;
};

}  // namespace bench
