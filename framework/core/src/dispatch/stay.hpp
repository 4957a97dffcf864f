#pragma once

#include "dispatch/barrier.hpp"
#include "dispatch/dispatch.hpp"

namespace ashlar::detail {

// This thread as if it were inside a handler: events published meanwhile go their way, and a stop waits for its end.
class Dispatch::Stay {
 public:
  enum class When {
    open,    // is_refused() where the host takes no events now
    counted  // somebody has called background_began() for it, so the host waits for it also while it stops
  };

  explicit Stay(Dispatch& dispatch, When when = When::open)
      : dispatch_(dispatch),
        slot_(dispatch.slots_.adopt(this_thread)),
        outermost_(slot_.running.load(std::memory_order_relaxed) == nullptr) {
    if (!outermost_) return;
    slot_.running.store(&ThreadSlot::entering, std::memory_order_relaxed);
    light_fence(slot_.running);
    refused_ = when == When::open && dispatch_.table_.load(std::memory_order_seq_cst)->type_count == 0;
  }
  ~Stay() {
    if (outermost_) dispatch_.leave(slot_);
  }
  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

  bool is_refused() const { return refused_; }
  ThreadSlot& slot() const { return slot_; }

 private:
  Dispatch& dispatch_;
  ThreadSlot& slot_;
  const bool outermost_;
  bool refused_ = false;
};

}  // namespace ashlar::detail
