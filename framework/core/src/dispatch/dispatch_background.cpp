// What the dispatch does for background handlers and for middleware that waits.

#include "dispatch/background.hpp"
#include "dispatch/dispatch.hpp"

#include <fmt/format.h>

namespace ashlar::detail {

void Dispatch::set_background(const std::string& module, BackgroundOptions options) {
  if (options.threads == 0 || options.capacity == 0) {
    throw DeclarationError(fmt::format(
        "module '{}' wants a background pool of {} threads and room for {} events: one of each is the least", module,
        options.threads, options.capacity));
  }
  background_options_[module] = options;
}

BackgroundPool& Dispatch::pool_of(const std::string& module) {
  auto& pool = pools_[module];
  if (!pool) pool = std::make_unique<BackgroundPool>(*this, module, background_options_[module]);
  return *pool;
}

void Dispatch::run_in_background(const BackgroundJob& job) noexcept {
  ThreadSlot& slot = slot_of_this_thread();
  {
    Frame frame(this_thread.frame, &slot, *job.plan, job.event.get(), &job.metadata);
    frame.origin = Frame::Origin::told;
    run_alone(job.step->run, frame, 0);
  }
  background_ended();
}

ThreadSlot& Dispatch::slot_of_this_thread() {
  ThreadState& thread = this_thread;
  if (thread.host != slots_.serial()) slots_.adopt(thread);
  return *thread.slot;
}

std::optional<HandlerFailure> Dispatch::run_alone(const Step& step, Frame& frame, int delivery) noexcept {
  ThreadState& thread = this_thread;
  ThreadSlot& slot = *frame.slot;
  const Step* const outer_running = slot.running.load(std::memory_order_relaxed);
  std::optional<HandlerFailure> failure;
  thread.frame = &frame;
  slot.jobs.fetch_add(1, std::memory_order_relaxed);
  slot.running.store(&step, std::memory_order_relaxed);
  const Clock::Steady before = clock_.steady_now();
  try {
    step.call(step.object, frame.event, frame);
  } catch (...) {
    step.statistics->failures.fetch_add(1, std::memory_order_relaxed);
    failure.emplace();
    try {
      *failure = describe_failure(frame, step.handler->module, step.handler->name);
      failure->delivery = delivery;
      tell(*failure);
    } catch (...) {
      log_.error("a failure could not be reported in full");
    }
  }
  note_time(step, before, clock_.steady_now());
  if (thread.cancelled_inside) finish_cancellations(frame.outer);
  thread.frame = frame.outer;
  slot.running.store(outer_running, std::memory_order_release);
  return failure;
}

void Dispatch::give_up_in_background(const BackgroundJob& job, std::string_view why) noexcept {
  const Step& step = job.step->run;
  step.statistics->failures.fetch_add(1, std::memory_order_relaxed);
  try {
    tell({.event_id = job.metadata.id->to_string(),
          .event = event_text(job.plan->event->descriptor.id),
          .module = step.handler->module,
          .handler = step.handler->name,
          .message = std::string(why)});
  } catch (...) {
    log_.error("a failure could not be reported in full");
  }
  background_ended();
}

void Dispatch::background_ended() {
  const bool last = in_background_.fetch_sub(1, std::memory_order_seq_cst) == 1;
  if (!last && !attention_.load(std::memory_order_relaxed)) return;
  std::lock_guard lock(drained_mutex_);
  drained_.notify_all();
}

void Dispatch::end_background(bool drained) {
  if (drained) {
    for (const auto& [module, pool] : pools_) pool->end();
    for (const auto& pool : removed_pools_) pool->end();
    return;
  }
  for (const auto& [module, pool] : pools_) {
    const std::size_t count = pool->give_up("it still waited when the host had to stop");
    if (count == 0) continue;
    given_up_.push_back(
        fmt::format("module '{}': {} event{} for background handlers still waited at the deadline and {} given up",
                    module, count, count == 1 ? "" : "s", count == 1 ? "was" : "were"));
  }
}

bool Dispatch::settle(Clock::Steady deadline) {
  std::unique_lock lock(drained_mutex_);
  return clock_.wait_until(lock, drained_, deadline,
                           [this] { return in_background_.load(std::memory_order_seq_cst) == 0; });
}

bool Dispatch::pause(std::chrono::nanoseconds duration) {
  std::unique_lock lock(drained_mutex_);
  const auto until = clock_.steady_now() + std::chrono::duration_cast<Clock::Steady::duration>(duration);
  return !clock_.wait_until(lock, drained_, until, [this] { return closing_; });
}

}  // namespace ashlar::detail
