#include <ashlar/envelope.hpp>
#include <ashlar/middleware/retry.hpp>
#include <ashlar/middleware/throttle.hpp>
#include <ashlar/middleware/timing.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "support.hpp"

// Counts what this thread takes from the free store; the whole executable allocates through these.
namespace {

thread_local std::uint64_t allocations = 0;

void* counted(std::size_t size, std::size_t alignment = 0) noexcept {
  ++allocations;
  if (alignment == 0) return std::malloc(size == 0 ? 1 : size);
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

// Not inlined, or the compiler takes new and free() for a mismatched pair.
[[gnu::noinline]] void give_back(void* memory) noexcept { std::free(memory); }

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return or_throw(counted(size)); }
void* operator new[](std::size_t size) { return or_throw(counted(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(counted(size, static_cast<std::size_t>(alignment)));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return or_throw(counted(size, static_cast<std::size_t>(alignment)));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { give_back(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { give_back(memory); }
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept { give_back(memory); }

using ashlar::EventContext;
using support::House;

namespace {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct StockReserved {
  std::string order_id;
};
ASHLAR_EVENT(StockReserved, "stock.stock.reserved", 1, order_id)

using Handlers = std::function<void(ashlar::EventRegistry&)>;

// Allocations of this thread in 3,000 publishes after the first: enough for the rare ones that are timed to be among them.
std::uint64_t allocations_of_publishing(House& house, const ashlar::PublishOptions* options = nullptr) {
  const OrderPlaced placed{"an order id that is too long for a string without memory of its own"};
  ashlar::EventBus& bus = house.bus("orders");
  const auto publish = [&] { return options == nullptr ? bus.publish(placed) : bus.publish(placed, *options); };
  CHECK(publish().ok());
  const std::uint64_t before = allocations;
  for (int i = 0; i < 3'000; ++i) publish();
  return allocations - before;
}

std::uint64_t allocations_with(Handlers handlers, const ashlar::PublishOptions* options = nullptr,
                               ashlar::HostOptions host = {}) {
  House house(std::move(host));
  house.with("orders", {.declare = support::emits<OrderPlaced, StockReserved>(), .handlers = std::move(handlers)})
      .start();
  return allocations_of_publishing(house, options);
}

}  // namespace

TEST_CASE("the counter of these tests sees what a handler allocates") {
  CHECK(allocations_with([](auto& r) {
          r.on([](const OrderPlaced& e) { auto copy = std::make_unique<OrderPlaced>(e); });
        }) == 2 * 3'000);
}

TEST_CASE("publishing allocates nothing, with no handler, one or many") {
  CHECK(allocations_with([](auto&) {}) == 0);
  for (const int count : {1, 100}) {
    int calls = 0;
    CHECK(allocations_with([&](auto& r) {
            for (int i = 0; i < count; ++i) r.on([&](const OrderPlaced&) { ++calls; });
          }) == 0);
    CHECK(calls == 3'001 * count);
  }
}

TEST_CASE("C5: publishing through middleware allocates nothing of its own") {
  ashlar::HostOptions host;
  host.middleware = {std::make_shared<ashlar::Timing>(), std::make_shared<ashlar::Retry>(),
                     std::make_shared<ashlar::Throttle>(ashlar::ThrottleOptions{.calls = 1'000'000})};
  int calls = 0;
  CHECK(allocations_with(
            [&](auto& r) { r.on([&](const OrderPlaced&) { ++calls; }, {.repeat = ashlar::Repeat::allowed}); }, nullptr,
            std::move(host)) == 0);
  CHECK(calls == 3'001);
}

TEST_CASE("publishing allocates nothing for handlers by name and pattern and for queue groups") {
  int calls = 0;
  CHECK(allocations_with([&](auto& r) {
          r.on("orders.order.placed", [&](const ashlar::Envelope&) { ++calls; });
          r.on("orders.#", [&](const ashlar::Envelope&) { ++calls; });
          for (const char* name : {"a", "b", "c"}) {
            r.on([&](const OrderPlaced&) { ++calls; }, {.name = name, .group = "workers"});
          }
        }) == 0);
  CHECK(calls == 3 * 3'001);
}

TEST_CASE("publishing allocates nothing for id, time, name and source, asked for or given") {
  ashlar::Time last{};
  const auto ask = [&](auto& r) {
    r.on([&](const OrderPlaced&, const EventContext& c) {
      if (!c.id().to_string().empty()) last = c.time();
      CHECK_FALSE(c.source().empty());
    });
  };
  // Of each call: the id's text, which is longer than a string's own room.
  CHECK(allocations_with(ask) == 3'000);
  const ashlar::PublishOptions options{.id = ashlar::Uuid::v7(7), .time = ashlar::Time{}, .tenant_id = "acme"};
  std::size_t sizes = 0;
  CHECK(allocations_with(
            [&](auto& r) {
              r.on([&](const OrderPlaced&, const EventContext& c) {
                sizes += c.id().bytes[0] + c.name().size() + c.tenant_id().size();
              });
            },
            &options) == 0);
  CHECK(sizes > 0);
}

TEST_CASE("publishing inside a handler, and inside a correlation scope, allocates nothing") {
  House house;
  int calls = 0;
  std::size_t tenants = 0;
  ashlar::EventBus* bus = nullptr;
  const StockReserved reserved{"an order id that is too long for a string without memory of its own"};
  house
      .with("orders", {.declare = support::emits<OrderPlaced>(),
                       .handlers =
                           [&](auto& r) {
                             r.on([&](const StockReserved&, const EventContext& c) {
                               ++calls;
                               tenants += c.tenant_id().size();
                             });
                           }})
      .with("stock", {.declare = support::emits<StockReserved>(),
                      .handlers = [&](auto& r) { r.on([&](const OrderPlaced&) { bus->publish(reserved); }); },
                      .start = [&](auto& context) { bus = &context.bus(); }})
      .start();
  const ashlar::CorrelationScope scope({.correlation_id = "a request", .tenant_id = "acme"});
  CHECK(allocations_of_publishing(house) == 0);
  CHECK(calls == 3'001);
  CHECK(tenants == 4 * 3'001);
}

TEST_CASE("publishing allocates nothing again once the last live subscription has gone") {
  House house;
  house
      .with("orders",
            {.declare = support::emits<OrderPlaced>(), .handlers = [](auto& r) { r.on([](const OrderPlaced&) {}); }})
      .start();
  int live = 0;
  ashlar::Subscription probe = house.host().live_events().subscribe<OrderPlaced>([&](const OrderPlaced&) { ++live; });
  house.bus("orders").publish(OrderPlaced{});
  probe.cancel();
  CHECK(allocations_of_publishing(house) == 0);
  CHECK(live == 1);
}
