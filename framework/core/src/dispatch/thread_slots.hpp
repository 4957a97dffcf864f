#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace ashlar {
class CorrelationScope;
}

namespace ashlar::detail {

struct Frame;
struct Step;

// What one thread does in one host. Written by its thread alone, read by the watch and by stop().
struct alignas(64) ThreadSlot {
  explicit ThreadSlot(std::size_t plans) : calls(new std::atomic<std::uint64_t>[plans]()), capacity(plans) {}

  // The handler that runs, or one of the two below; null while the thread publishes nothing.
  std::atomic<const Step*> running{nullptr};
  std::unique_ptr<std::atomic<std::uint64_t>[]> calls;  // publishes so far, by EventPlan::number
  std::size_t capacity;
  std::atomic<std::uint64_t> jobs{0};  // background handlers run so far

  static const Step entering;          // on the way to the first handler
  static const Step live_subscribers;  // behind the last one
};

// This thread's place, kept for the host it published in last.
struct ThreadState {
  std::uint64_t short_way = 0;  // as `host`; 0 where publishers must fence themselves, who then go the long way
  std::uint64_t host = 0;       // ThreadSlots::serial
  ThreadSlot* slot = nullptr;
  Frame* frame = nullptr;                   // innermost publish
  const CorrelationScope* scope = nullptr;  // innermost scope
  std::uint64_t live_changes = 0;           // live subscriptions added or cancelled by this thread during a publish
  std::uint64_t live_number = 0;            // of this thread among those that made such a change; 0: it made none
  bool cancelled_inside = false;            // a live subscription was cancelled whose event is being published
};

extern constinit thread_local ThreadState this_thread;

// The slots of one host. Threads beyond number come and go; a new thread takes over the slot of one that has ended.
class ThreadSlots {
 public:
  ThreadSlots();

  // Never given twice in a process, so that a stale ThreadState is told from a fresh one.
  std::uint64_t serial() const noexcept { return serial_; }

  // For how many plans a slot counts. Called once, before anyone publishes.
  void size_for(std::size_t plans) { plans_ = plans; }

  // This thread's slot, made now where it has none yet.
  ThreadSlot& adopt(ThreadState& state);

  template <class Visit>
  void each(Visit visit) const {
    std::lock_guard lock(mutex_);
    for (const auto& [index, slot] : slots_) visit(*slot);
  }

 private:
  const std::uint64_t serial_;
  mutable std::mutex mutex_;
  std::size_t plans_ = 0;
  std::unordered_map<std::uint32_t, std::unique_ptr<ThreadSlot>> slots_;
};

}  // namespace ashlar::detail
