#include <ashlar/envelope.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "dispatch/thread_slots.hpp"
#include "host_support.hpp"
#include "support.hpp"

using ashlar::Subscription;
using support::emits;
using support::House;

namespace {

struct OrderPlaced {
  int number = 0;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, number)

struct OrderPlaced2 {
  int number = 0;
};
ASHLAR_EVENT(OrderPlaced2, "orders.order.placed", 2, number)

struct StockReserved {
  int number = 0;
};
ASHLAR_EVENT(StockReserved, "stock.stock.reserved", 1, number)

OrderPlaced2 to_second(const OrderPlaced& e) { return {e.number}; }

// Runs them on threads that begin together.
void together(const std::vector<std::function<void()>>& actions) {
  std::latch all_here(static_cast<std::ptrdiff_t>(actions.size()));
  std::vector<std::thread> running;
  for (const auto& action : actions) {
    running.emplace_back([&] {
      all_here.arrive_and_wait();
      action();
    });
  }
  for (std::thread& thread : running) thread.join();
}

// What happened in one run of a host; the host's handlers count into it.
struct Counts {
  std::atomic<int> first{0};
  std::atomic<int> shaky{0};
  std::atomic<int> nested{0};
  std::atomic<int> reports{0};
  std::atomic<int> refused{0};
  std::atomic<int> failures{0};
  std::atomic<int> told{0};
  std::atomic<int> wrong{0};
  std::atomic<bool> stopped{false};
};

std::size_t entries(const char* folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) count += entry.exists() ? 1 : 0;
  return count;
}

std::size_t threads_now() { return entries("/proc/self/task"); }
std::size_t files_now() { return entries("/proc/self/fd"); }

}  // namespace

TEST_CASE(
    "C4: sixteen threads publish while all else goes on and the host stops: no report is lost, none is too much") {
  constexpr int publishers = 16;
  constexpr int publishes = 150;
  Counts counts;
  ashlar::ModuleContext* shaky = nullptr;
  House house;
  const auto not_late = [&] {
    if (counts.stopped) ++counts.wrong;
  };
  house
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers =
                           [&](auto& r) {
                             r.on([&](const OrderPlaced&) {
                               not_late();
                               ++counts.first;
                             });
                           }})
      .with("shaky", {.handlers =
                          [&](auto& r) {
                            r.on([&](const OrderPlaced& e) {
                              not_late();
                              ++counts.shaky;
                              if (e.number % 7 == 0) throw e.number;
                            });
                          },
                      .start =
                          [&](auto& context) {
                            shaky = &context;
                            context.health_check("shaky", [] { return std::string(); });
                          }})
      .with("stock", {.declare = emits<StockReserved>(), .handlers = [&](auto& r) {
                        r.on([&](const OrderPlaced& e) { house.bus("stock").publish(StockReserved{e.number}); });
                        r.on([&](const StockReserved&) {
                          not_late();
                          ++counts.nested;
                        });
                      }});
  for (int round = 0; round < 4; ++round) {
    house.start();
    counts.stopped = false;
    const Subscription observer = house.host().on_handler_failed([&](const auto&) { ++counts.told; });
    const int enough = counts.reports + publishers * publishes / 2;
    std::vector<std::function<void()>> actions;
    for (int i = 0; i < publishers; ++i) {
      actions.emplace_back([&] {
        for (int number = 1; number <= publishes; ++number) {
          try {
            const auto report = house.bus("orders").publish(OrderPlaced{number});
            ++counts.reports;
            counts.failures += static_cast<int>(report.failures().size());
            if (report.handlers() != 3 || report.ok() != (number % 7 != 0)) ++counts.wrong;
          } catch (const ashlar::PublishRefused&) {
            ++counts.refused;
          }
        }
      });
    }
    actions.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        Subscription typed = house.host().live_events().subscribe<OrderPlaced>([](const OrderPlaced&) {});
        const Subscription pattern = house.host().live_events().subscribe("#", [](const ashlar::Envelope&) {});
        typed.cancel();
      }
    });
    actions.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        shaky->degraded("reason " + std::to_string(i));
        shaky->recovered();
      }
    });
    actions.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        if (house.host().health().checks.size() < 3) ++counts.wrong;
        if (house.host().describe().events.size() != 2) ++counts.wrong;
      }
    });
    actions.emplace_back([&] {
      while (counts.reports < enough) std::this_thread::yield();
      if (!house.host().stop().clean()) ++counts.wrong;
      counts.stopped = true;
    });
    together(actions);
    CHECK(counts.reports + counts.refused == (round + 1) * publishers * publishes);
    CHECK(counts.first == counts.reports);
    CHECK(counts.shaky == counts.reports);
    CHECK(counts.nested == counts.reports);
    CHECK(counts.told == counts.failures);
    CHECK(counts.wrong == 0);
  }
}

TEST_CASE("A3: an event that arrives as JSON while the host stops goes up its whole chain, or is refused whole") {
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  std::atomic<int> reports{0};
  std::atomic<int> failed{0};
  House house;
  house.with("orders", {.declare =
                            [](auto& d) {
                              d.template emits<OrderPlaced>();
                              d.template emits<OrderPlaced2>();
                              d.upcasts(to_second);
                            },
                        .handlers =
                            [&](auto& r) {
                              r.on([&](const OrderPlaced&) { ++first; });
                              r.on([&](const OrderPlaced2&) { ++second; });
                            }});
  for (int round = 0; round < 50; ++round) {
    house.start();
    const int enough = reports + 20;
    const auto publish = [&] {
      try {
        for (;;) {
          if (house.bus("orders").publish_json("orders.order.placed", R"({"number": 1})").handlers() != 2) ++failed;
          ++reports;
        }
      } catch (const ashlar::PublishRefused&) {}
    };
    together({publish, publish, publish, [&] {
                while (reports < enough) std::this_thread::yield();
                house.host().stop();
              }});
    CHECK(first == reports);
    CHECK(second == reports);
  }
  CHECK(failed == 0);
}

TEST_CASE("D4: a host that is started and stopped 200 times, and 200 hosts, leave no thread and no file behind") {
  std::atomic<int> calls{0};
  const auto orders = [&] {
    return support::Does{.declare = emits<OrderPlaced>(),
                         .handlers = [&](auto& r) { r.on([&](const OrderPlaced&) { ++calls; }); },
                         .start = [](auto& context) { context.health_check("well", [] { return std::string(); }); }};
  };
  const auto run_once = [](House& house) {
    house.start();
    std::thread other([&] { house.bus("orders").publish(OrderPlaced{}); });
    house.bus("orders").publish(OrderPlaced{});
    other.join();
    if (!house.host().health().ready) throw std::runtime_error("not ready");
    if (!house.host().stop().clean()) throw std::runtime_error("not clean");
  };
  House again;
  again.with("orders", orders());
  run_once(again);
  const std::size_t threads_before = threads_now();
  const std::size_t files_before = files_now();
  for (int round = 1; round < 200; ++round) {
    run_once(again);
    House fresh;
    fresh.with("orders", orders());
    run_once(fresh);
  }
  CHECK(calls == 2 * (200 + 199));
  CHECK(comes_true([&] { return threads_now() == threads_before; }));
  CHECK(files_now() == files_before);
}

TEST_CASE("D4: threads that have ended leave their slot to those that come") {
  ashlar::detail::ThreadSlots slots;
  slots.size_for(1);
  for (int round = 0; round < 50; ++round) {
    const std::vector<std::function<void()>> eight(8, [&] { slots.adopt(ashlar::detail::this_thread); });
    together(eight);
  }
  std::size_t count = 0;
  slots.each([&](const ashlar::detail::ThreadSlot&) { ++count; });
  CHECK(count <= 9);
}
