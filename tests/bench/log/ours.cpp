// The durable log in a host, as a module uses it.

#include <ashlar/host.hpp>
#include <ashlar/store/durable_log.hpp>
#include <ashlar/store/sqlite_log.hpp>
#include <ashlar/store/store.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "log_bench.hpp"

namespace bench {

namespace {

using ashlar::store::Synchronous;

struct OrderForgotten {
  std::int64_t number = 0;
};
ASHLAR_EVENT(OrderForgotten, "bench.order.forgotten", 1, number)

class Publishing final : public ashlar::Module {
 public:
  std::function<void(ashlar::EventRegistry&)> handlers;
  std::string_view name() const override { return "bench"; }
  void declare(ashlar::Declaration& declaration) override {
    declaration.emits<OrderPlaced>().durable();
    declaration.emits<OrderForgotten>();
  }
  void register_handlers(ashlar::EventRegistry& registry) override {
    if (handlers) handlers(registry);
  }
};

// A host with one publishing module, and the log in a file of its own.
class Shop {
 public:
  Shop(const std::filesystem::path& file, Synchronous synchronous,
       std::function<void(ashlar::EventRegistry&)> handlers = {})
      : store_(file, {.synchronous = synchronous}),
        log_(std::make_shared<ashlar::store::DurableLog>([this] { return ashlar::store::make_sqlite_log(store_); })) {
    ashlar::HostOptions options;
    options.event_log = log_;
    host_ = std::make_unique<ashlar::ModuleHost>(std::move(options));
    auto module = std::make_unique<Publishing>();
    module->handlers = std::move(handlers);
    host_->add(std::move(module));
    host_->start();
  }
  ~Shop() { host_->stop(); }

  ashlar::EventBus& bus() { return host_->bus_of("bench"); }
  ashlar::store::LogStore& log() { return log_->store(); }

  void fill(std::int64_t events) {
    for (std::int64_t i = 0; i < events; ++i) publish_async(i);
    last_->wait();
  }

  std::int64_t fill_a_slice() {
    std::int64_t count = 0;
    for (const Slice slice; !slice.is_over(); ++count) publish_async(count);
    last_->wait();
    return count;
  }

 private:
  void publish_async(std::int64_t number) {
    last_ = std::make_unique<ashlar::PendingStored>(bus().publish_async(order(number)));
  }

  ashlar::store::Store store_;
  std::shared_ptr<ashlar::store::DurableLog> log_;
  std::unique_ptr<ashlar::ModuleHost> host_;
  std::unique_ptr<ashlar::PendingStored> last_;
};

// A shop in a file of its own.
class OwnShop {
 public:
  OwnShop(const Folder& folder, Synchronous synchronous, std::function<void(ashlar::EventRegistry&)> handlers = {})
      : file_(folder), shop_(file_.path(), synchronous, std::move(handlers)) {}

  Shop& operator*() { return shop_; }
  Shop* operator->() { return &shop_; }

  std::int64_t publish_a_slice() {
    std::int64_t count = 0;
    for (const Slice slice; !slice.is_over(); ++count) shop_.bus().publish(order(count));
    return count;
  }

 private:
  const BenchFile file_;
  Shop shop_;
};

double percentile(std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

double resident_megabytes() {
  std::ifstream status("/proc/self/statm");
  double pages = 0;
  status >> pages >> pages;
  return pages * 4096 / 1e6;
}

enum class Handler { batch, typed };

// Consumes `total` stored events and says how many a second; `most_megabytes`, where given, is how large the process was
// meanwhile.
double consume(const std::filesystem::path& path, Synchronous synchronous, Handler kind, std::int64_t total,
               double* most_megabytes = nullptr) {
  std::atomic<std::int64_t> done{0};
  std::int64_t batches = 0;
  const Stopwatch watch;
  Shop shop(path, synchronous, [&](ashlar::EventRegistry& registry) {
    const ashlar::StreamOptions options{.batch_size = 100, .max_in_flight = 1'000};
    if (kind == Handler::batch) {
      registry.stream("reading", options).on("bench.#", [&](std::span<ashlar::Delivery* const> batch) {
        for (ashlar::Delivery* delivery : batch) (void)delivery->ack();
        if (most_megabytes != nullptr && ++batches % 100 == 0)
          *most_megabytes = std::max(*most_megabytes, resident_megabytes());
        if (done.fetch_add(static_cast<std::int64_t>(batch.size())) + static_cast<std::int64_t>(batch.size()) == total)
          done.notify_all();
      });
    } else {
      registry.on_stream<OrderPlaced>("typing", options, [&](const OrderPlaced&) {
        if (done.fetch_add(1) + 1 == total) done.notify_all();
      });
    }
  });
  for (std::int64_t seen = done.load(); seen < total; seen = done.load()) done.wait(seen);
  return static_cast<double>(total) / watch.seconds();
}

}  // namespace

Contender publishing(const Folder& folder, std::string figure, Survives survives, int idle_consumers) {
  const auto handlers = [idle_consumers](ashlar::EventRegistry& registry) {
    for (int i = 0; i < idle_consumers; ++i)
      registry.on_stream<OrderForgotten>("idle" + std::to_string(i), {}, [](const OrderForgotten&) {});
  };
  const Synchronous synchronous = survives == Survives::power_cut ? Synchronous::full : Synchronous::normal;
  return {.figure = std::move(figure), .work = [shop = std::make_shared<OwnShop>(folder, synchronous, handlers)] {
            return shop->publish_a_slice();
          }};
}

Contender publishing_from_64_threads(const Folder& folder, std::string figure) {
  return {.figure = std::move(figure), .work = [shop = std::make_shared<OwnShop>(folder, Synchronous::full)] {
            std::atomic<std::int64_t> count{0};
            std::vector<std::thread> publishers;
            for (int t = 0; t < 64; ++t) publishers.emplace_back([&] { count += shop->publish_a_slice(); });
            for (std::thread& publisher : publishers) publisher.join();
            return count.load();
          }};
}

Contender publishing_async(const Folder& folder, std::string figure) {
  return {.figure = std::move(figure),
          .work = [shop = std::make_shared<OwnShop>(folder, Synchronous::full)] { return (*shop)->fill_a_slice(); }};
}

void measure_consuming(const std::filesystem::path& folder, Figures& figures) {
  constexpr std::int64_t total = 200'000;
  const BenchFile file(folder);
  {
    Shop shop(file.path(), Synchronous::full);
    shop.fill(total);
  }
  figures.rate("consume_batches_full", consume(file.path(), Synchronous::full, Handler::batch, total));
  figures.rate("consume_typed_full", consume(file.path(), Synchronous::full, Handler::typed, total));
}

void measure_way(const std::filesystem::path& folder, Figures& figures) {
  for (const auto& [name, synchronous] :
       {std::pair("full", Synchronous::full), std::pair("normal", Synchronous::normal)}) {
    const BenchFile file(folder);
    std::atomic<std::int64_t> done{0};
    Shop shop(file.path(), synchronous, [&](ashlar::EventRegistry& registry) {
      registry.on_stream<OrderPlaced>("way", {}, [&](const OrderPlaced& event) {
        done.store(event.number);
        done.notify_all();
      });
    });
    std::vector<double> times;
    for (std::int64_t i = 1; i <= 3'000; ++i) {
      const Stopwatch watch;
      shop.bus().publish(order(i));
      for (std::int64_t seen = done.load(); seen < i; seen = done.load()) done.wait(seen);
      times.push_back(watch.seconds() * 1e6);
    }
    std::sort(times.begin(), times.end());
    figures.time(std::string("way_") + name + "_p50_us", percentile(times, 0.5));
    figures.time(std::string("way_") + name + "_p99_us", percentile(times, 0.99));
    figures.time(std::string("way_") + name + "_p999_us", percentile(times, 0.999));
  }
}

void measure_backlog(const Folder& folder, std::int64_t events, Figures& figures) {
  constexpr std::int64_t slice = 50'000;
  constexpr int turns = 10;
  const BenchFile file(folder);
  {
    Shop large(file.path(), Synchronous::full);
    large.fill(events - (turns + 1) * slice);
    // Their files stay until the end, so that none gets the memory of one that was just removed.
    std::vector<std::unique_ptr<OwnShop>> small;
    const auto make_small = [&] {
      small.push_back(std::make_unique<OwnShop>(folder, Synchronous::full));
      (*small.back())->fill(1'000);
    };
    const auto fill = [](Shop& shop) {
      shop.fill(slice);
      return slice;
    };
    take_turns(figures,
               {{.figure = "append_at_end", .work = [&] { return fill(large); }},
                {.figure = "append_at_1000", .work = [&] { return fill(**small.back()); }, .prepare = make_small}},
               turns);
  }
  const double before = resident_megabytes();
  double most = before;
  figures.rate("backlog_rate", consume(file.path(), Synchronous::full, Handler::batch, events, &most));
  figures.time("backlog_memory_growth_mb", most - before);
  figures.time("backlog_events", static_cast<double>(events));
}

}  // namespace bench
