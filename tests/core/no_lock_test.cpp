#include <ashlar/envelope.hpp>

#include <doctest/doctest.h>

#include <dlfcn.h>
#include <pthread.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "support.hpp"

// Counts the locks that this thread takes; the whole executable locks through these.
namespace {

thread_local std::uint64_t locks = 0;

// The function of this name behind ours.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static auto* const lock = next<int(pthread_mutex_t*)>("pthread_mutex_lock");
  ++locks;
  return lock(mutex);
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  static auto* const lock = next<int(pthread_mutex_t*)>("pthread_mutex_trylock");
  ++locks;
  return lock(mutex);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* rwlock) noexcept {
  static auto* const lock = next<int(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
  ++locks;
  return lock(rwlock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* rwlock) noexcept {
  static auto* const lock = next<int(pthread_rwlock_t*)>("pthread_rwlock_wrlock");
  ++locks;
  return lock(rwlock);
}

}  // extern "C"

using ashlar::EventContext;

namespace {

struct OrderPlaced {
  std::string order_id;
};
ASHLAR_EVENT(OrderPlaced, "orders.order.placed", 1, order_id)

struct StockReserved {
  std::string order_id;
};
ASHLAR_EVENT(StockReserved, "stock.stock.reserved", 1, order_id)

// Locks of this thread in 3,000 publishes after the first: enough for the rare ones that are timed to be among them.
std::uint64_t locks_of_publishing(ashlar::EventBus& bus) {
  const OrderPlaced placed{"1"};
  bus.publish(placed);
  const std::uint64_t before = locks;
  for (int i = 0; i < 3'000; ++i) bus.publish(placed);
  return locks - before;
}

}  // namespace

TEST_CASE("the counter of these tests sees every lock") {
  std::mutex mutex;
  std::shared_mutex shared;
  const std::uint64_t before = locks;
  { const std::lock_guard lock(mutex); }
  { const std::shared_lock lock(shared); }
  { const std::unique_lock lock(shared); }
  CHECK(locks - before == 3);
}

TEST_CASE("publishing takes no lock: by type, name and pattern, in groups, with metadata, and nested") {
  ashlar::ModuleHost host;  // with the machine's clock: the virtual one has a lock of its own
  int calls = 0;
  const auto orders = [&](ashlar::EventRegistry& r) {
    r.on([&](const OrderPlaced&) { ++calls; });
    r.on([&](const OrderPlaced&, const EventContext& c) { calls += c.id() == c.id() ? 1 : 0; });
    r.on("orders.order.placed", [&](const ashlar::Envelope&) { ++calls; });
    r.on("#", [&](const ashlar::Envelope&) { ++calls; });
    r.on([&](const OrderPlaced&) { ++calls; }, {.name = "a", .group = "g"});
    r.on([&](const OrderPlaced&) { ++calls; }, {.name = "b", .group = "g"});
  };
  const auto stock = [&](ashlar::EventRegistry& r) {
    r.on([&](const OrderPlaced& e) { host.bus_of("stock").publish(StockReserved{e.order_id}); });
    r.on([&](const StockReserved&) { ++calls; });
  };
  const auto add = [&](const char* name, support::Does does) {
    host.add(std::make_unique<support::FunctionModule>(name, std::move(does)));
  };
  add("orders", {.declare = support::emits<OrderPlaced>(), .handlers = orders});
  add("stock", {.declare = support::emits<StockReserved>(), .handlers = stock});
  host.start();
  CHECK(locks_of_publishing(host.bus_of("orders")) == 0);
  CHECK(calls == 3'001 * 7);
}
