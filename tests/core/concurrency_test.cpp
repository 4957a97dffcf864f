#include <ashlar/envelope.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

using ashlar::EventContext;
using ashlar::Subscription;
using support::emits;
using support::House;

namespace {

struct OrderPlaced {
  int thread = 0;
  int number = 0;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, thread, number)

struct StockReserved {
  int thread = 0;
};
ASHLAR_EVENT(StockReserved, "stock.stock.reserved", 1, thread)

constexpr int threads = 8;

// Runs `action` with the numbers from 0 on threads that begin together.
void together(const std::function<void(int)>& action, int count = threads) {
  std::latch all_here(count);
  std::vector<std::thread> running;
  for (int number = 0; number < count; ++number) {
    running.emplace_back([&, number] {
      all_here.arrive_and_wait();
      action(number);
    });
  }
  for (std::thread& thread : running) thread.join();
}

}  // namespace

TEST_CASE("C3: eight threads publish at once: every handler gets every event, each thread's in its order") {
  constexpr int publishes = 2'000;
  std::array<std::atomic<int>, threads> calls{};
  std::array<int, threads> last{};  // each written by its own thread alone
  std::atomic<int> wrong{0};
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("mails", {.handlers =
                          [&](auto& r) {
                            r.on([&](const OrderPlaced& e) { ++calls.at(static_cast<std::size_t>(e.thread)); });
                            r.on([&](const OrderPlaced& e) {
                              int& number = last.at(static_cast<std::size_t>(e.thread));
                              if (e.number != number + 1) ++wrong;
                              number = e.number;
                              if (e.number % 100 == 0) throw e.number;
                            });
                          }})
      .start();
  together([&](int thread) {
    ashlar::EventBus& bus = house.bus("orders");
    for (int number = 1; number <= publishes; ++number) {
      const auto report = bus.publish(OrderPlaced{thread, number});
      if (report.handlers() != 2 || report.ok() != (number % 100 != 0)) ++wrong;
    }
  });
  CHECK(wrong == 0);
  for (const auto& count : calls) CHECK(count == publishes);
}

TEST_CASE("C3: what threads publish inside handlers, and its metadata, stay with each thread") {
  std::atomic<int> wrong{0};
  std::atomic<int> nested{0};
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()})
      .with("stock", {.declare = emits<StockReserved>(),
                      .handlers =
                          [&](auto& r) {
                            r.on([&](const OrderPlaced& e) { house.bus("stock").publish(StockReserved{e.thread}); });
                            r.on([&](const StockReserved& e, const EventContext& c) {
                              ++nested;
                              if (c.tenant_id() != std::to_string(e.thread)) ++wrong;
                              if (c.correlation_id() != "request " + std::to_string(e.thread)) ++wrong;
                              if (c.causation_id().empty()) ++wrong;
                            });
                          }})
      .start();
  together([&](int thread) {
    const ashlar::CorrelationScope scope(
        {.correlation_id = "request " + std::to_string(thread), .tenant_id = std::to_string(thread)});
    for (int i = 0; i < 500; ++i) house.bus("orders").publish(OrderPlaced{thread, i});
  });
  CHECK(wrong == 0);
  CHECK(nested == threads * 500);
}

TEST_CASE("C3: ids of events are unique over all threads, and rise on each") {
  constexpr std::size_t publishes = 2'000;
  std::array<std::vector<ashlar::Uuid>, threads> ids;
  House house;
  house
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers =
                           [&](auto& r) {
                             r.on([&](const OrderPlaced& e, const EventContext& c) {
                               ids.at(static_cast<std::size_t>(e.thread)).push_back(c.id());
                             });
                           }})
      .start();
  together([&](int thread) {
    for (std::size_t i = 0; i < publishes; ++i) house.bus("orders").publish(OrderPlaced{thread, 0});
  });
  std::vector<ashlar::Uuid> all;
  for (const auto& of_one : ids) {
    CHECK(of_one.size() == publishes);
    CHECK(std::is_sorted(of_one.begin(), of_one.end()));
    all.insert(all.end(), of_one.begin(), of_one.end());
  }
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("C3: threads that come and go publish as well as those that stay") {
  std::atomic<int> calls{0};
  House house;
  house
      .with("orders",
            {.declare = emits<OrderPlaced>(), .handlers = [&](auto& r) { r.on([&](const OrderPlaced&) { ++calls; }); }})
      .start();
  together([&](int) {
    for (int i = 0; i < 25; ++i) std::thread([&] { house.bus("orders").publish(OrderPlaced{}); }).join();
  });
  CHECK(calls == threads * 25);
}

TEST_CASE("B4: live subscriptions come and go from any thread while others publish") {
  std::atomic<int> calls{0};
  std::atomic<int> wrong{0};
  std::atomic<bool> done{false};
  House house;
  house
      .with("orders", {.declare = emits<OrderPlaced>(),
                       .handlers =
                           [](auto& r) {
                             r.on([](const OrderPlaced& e) {
                               if (e.number == 7) throw 7;
                             });
                           }})
      .start();
  ashlar::LiveEvents& live = house.host().live_events();
  together([&](int thread) {
    if (thread < 4) {
      for (int number = 0; number < 500; ++number) house.bus("orders").publish(OrderPlaced{thread, number});
    } else {
      for (int i = 0; i < 200; ++i) {
        // What this thread publishes behind its own subscription, the subscription sees; and nothing after its end.
        int own = 0;
        Subscription typed = live.subscribe<OrderPlaced>([&](const OrderPlaced& e) {
          if (e.thread == thread) ++own;
          ++calls;
        });
        Subscription pattern = live.subscribe("orders.#", [&](const ashlar::Envelope&) { ++calls; });
        Subscription failed = house.host().on_handler_failed([&](const auto&) { ++calls; });
        house.bus("orders").publish(OrderPlaced{thread, i});
        if (own != 1) ++wrong;
        pattern.cancel();
        failed = {};
        // A publish that runs on another thread may still call it, so what it uses lives on: see the next test.
        typed.cancel();
        house.bus("orders").publish(OrderPlaced{thread, i});
        if (own != 1) ++wrong;
      }
    }
    done = true;
  });
  CHECK(wrong == 0);
  CHECK(calls >= 4 * 200 * 2);
}

TEST_CASE("B4: with while_alive, nothing that is gone is touched, however the threads meet") {
  struct Screen {
    std::atomic<bool> there{true};
    std::atomic<int> drawn{0};
    ~Screen() { there = false; }
  };
  std::atomic<int> wrong{0};
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>()}).start();
  ashlar::LiveEvents& live = house.host().live_events();
  together([&](int thread) {
    for (int i = 0; i < 300; ++i) {
      if (thread < 4) {
        house.bus("orders").publish(OrderPlaced{thread, i});
        continue;
      }
      auto screen = std::make_shared<Screen>();
      const Subscription subscription = live.subscribe(
          "#",
          [&wrong, drawn = screen.get()](const ashlar::Envelope&) {
            if (!drawn->there) ++wrong;
            ++drawn->drawn;
          },
          screen);
      house.bus("orders").publish(OrderPlaced{thread, i});
      if (screen->drawn == 0) ++wrong;
      screen.reset();  // before its subscription
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("C4: publishes that meet a stop are handled whole or refused; after it none is handled") {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> first{0};
    std::atomic<int> second{0};
    std::atomic<int> handled{0};
    std::atomic<bool> stopped{false};
    std::atomic<bool> late{false};
    House house;
    house.with("orders", {.declare = emits<OrderPlaced>()})
        .with("stock", {.declare = emits<StockReserved>(),
                        .handlers =
                            [&](auto& r) {
                              r.on([&](const OrderPlaced& e) {
                                if (stopped) late = true;
                                ++first;
                                house.bus("stock").publish(StockReserved{e.thread});
                              });
                              r.on([&](const StockReserved&) {
                                if (stopped) late = true;
                                ++second;
                              });
                            }})
        .start();
    together(
        [&](int thread) {
          if (thread == 0) {
            while (handled < 10) std::this_thread::yield();
            house.host().stop();
            stopped = true;
            return;
          }
          try {
            for (;;) {
              const auto report = house.bus("orders").publish(OrderPlaced{thread, 0});
              if (report.ok()) ++handled;
            }
          } catch (const ashlar::PublishRefused&) {}
        },
        4);
    CHECK_FALSE(late);
    CHECK(first == handled);
    CHECK(second == handled);
  }
}

TEST_CASE("the host describes itself while threads publish") {
  std::atomic<bool> done{false};
  House house;
  house.with("orders", {.declare = emits<OrderPlaced>(), .handlers = [](auto& r) { r.on([](const OrderPlaced&) {}); }})
      .start();
  std::thread publisher([&] {
    for (int i = 0; i < 5'000; ++i) house.bus("orders").publish(OrderPlaced{});
    done = true;
  });
  std::uint64_t last = 0;
  bool grows = true;
  do {
    const std::uint64_t calls = house.host().describe().events.at(0).handlers.at(0).statistics.calls;
    grows = grows && calls >= last;
    last = calls;
    grows = grows && house.host().registry().find("orders.order.placed").has_value();
  } while (!done);
  publisher.join();
  CHECK(grows);
  CHECK(house.host().describe().events.at(0).handlers.at(0).statistics.calls == 5'000);
}
