#pragma once

#include <atomic>

namespace ashlar::detail {

// An asymmetric fence: publishers pay for a compiler barrier only, and the rare other side makes every thread of the
// process pass a full one (Linux membarrier(2), PRIVATE_EXPEDITED). Where the kernel does not offer that, publishers pay
// for the full fence themselves.
extern const bool publishers_fence;

template <class T>
void light_fence(std::atomic<T>& own) {
  if (publishers_fence) [[unlikely]] {
    own.exchange(own.load(std::memory_order_relaxed), std::memory_order_seq_cst);
  } else {
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
}

// Afterwards every thread sees what this one wrote before, or its own writes before its light_fence are seen here.
void heavy_fence();

}  // namespace ashlar::detail
