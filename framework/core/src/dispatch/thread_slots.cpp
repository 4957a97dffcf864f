#include "dispatch/thread_slots.hpp"

#include "dispatch/barrier.hpp"
#include "dispatch/plan.hpp"

#include <vector>

namespace ashlar::detail {

constinit thread_local ThreadState this_thread;

const Step ThreadSlot::entering{};
const Step ThreadSlot::live_subscribers{};

namespace {

// Small numbers for the living threads, reused when a thread ends.
class ThreadNumbers {
 public:
  std::uint32_t take() {
    std::lock_guard lock(mutex_);
    if (free_.empty()) return next_++;
    const std::uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }

  void give_back(std::uint32_t number) {
    std::lock_guard lock(mutex_);
    free_.push_back(number);
  }

 private:
  std::mutex mutex_;
  std::vector<std::uint32_t> free_;
  std::uint32_t next_ = 0;
};

ThreadNumbers& thread_numbers() {
  static auto* numbers = new ThreadNumbers;  // outlives every thread, also those that end after main
  return *numbers;
}

std::uint32_t this_thread_number() {
  struct Holder {
    std::uint32_t number = thread_numbers().take();
    ~Holder() { thread_numbers().give_back(number); }
  };
  thread_local Holder holder;
  return holder.number;
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

ThreadSlots::ThreadSlots() : serial_(next_serial()) {}

ThreadSlot& ThreadSlots::adopt(ThreadState& state) {
  const std::uint32_t number = this_thread_number();
  std::lock_guard lock(mutex_);
  auto& slot = slots_[number];
  if (!slot) slot = std::make_unique<ThreadSlot>(plans_);
  state.host = serial_;
  state.short_way = publishers_fence ? 0 : serial_;
  state.slot = slot.get();
  return *slot;
}

}  // namespace ashlar::detail
