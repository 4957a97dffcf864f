#include "gate.hpp"

#include <ashlar/errors.hpp>

namespace ashlar::store {

void Gate::refuse_if_inside() const {
  if (inside_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    throw Error(
        "a transaction is open on this thread, and what was asked for would wait until it ends: publish inside it with "
        "bus.publish(transaction, event), and call other modules before it begins or after its commit");
  }
}

void Gate::enter() {
  refuse_if_inside();
  mutex_.lock();
  inside_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

void Gate::leave() {
  inside_.store({}, std::memory_order_relaxed);
  mutex_.unlock();
}

}  // namespace ashlar::store
