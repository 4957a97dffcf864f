#include "dispatch/background.hpp"

#include "dispatch/dispatch.hpp"

#include <fmt/format.h>

#include <utility>

namespace ashlar::detail {
namespace {

// Whether this thread belongs to a pool, of whatever module and host: such a thread never waits for room, because what it
// waits for may be waiting for itself.
thread_local bool in_a_pool = false;

}  // namespace

void call_in_background(void* object, const void* event, const EventContext& context) {
  const auto& step = *static_cast<const BackgroundStep*>(object);
  const EventPlan& plan = Frame::of(context).plan();
  const EventType& type = *plan.event->descriptor.type;
  step.pool->add({.step = &step,
                  .plan = &plan,
                  .event = {type.copy(event), type.destroy},
                  .metadata = told_by(context.metadata())});
}

BackgroundPool::BackgroundPool(Dispatch& dispatch, std::string module, BackgroundOptions options)
    : dispatch_(dispatch), module_(std::move(module)), options_(options) {}

void BackgroundPool::begin() {
  std::lock_guard lock(mutex_);
  if (!ending_) return;
  ending_ = false;
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

std::string BackgroundPool::full() const {
  return fmt::format("the background queue of module '{}' is full ({} events wait for {} thread{})", module_,
                     jobs_.size(), options_.threads, options_.threads == 1 ? "" : "s");
}

void BackgroundPool::add(BackgroundJob job) {
  BackgroundJob dropped;
  std::string why;
  {
    std::unique_lock lock(mutex_);
    if (options_.when_full == WhenFull::wait && !in_a_pool) {
      changed_.wait(lock, [this] { return has_room() || ending_; });
    }
    if (ending_) {
      throw Error(fmt::format("the background handlers of module '{}' take no more events: the host stops", module_));
    }
    if (!has_room()) {
      switch (options_.when_full) {
        case WhenFull::wait:
          lock.unlock();
          dispatch_.background_began();
          dispatch_.run_in_background(job);
          return;
        case WhenFull::refuse: throw Error(full());
        case WhenFull::drop_oldest:
          why = "dropped for a later event: " + full();
          dropped = std::move(jobs_.front());
          jobs_.pop_front();
          break;
      }
    }
    dispatch_.background_began();
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
  if (dropped.step != nullptr) dispatch_.give_up_in_background(dropped, why);
}

void BackgroundPool::work() {
  in_a_pool = true;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return !jobs_.empty() || ending_; });
    if (jobs_.empty()) return;
    const BackgroundJob job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    changed_.notify_all();
    dispatch_.run_in_background(job);
    lock.lock();
  }
}

std::size_t BackgroundPool::give_up(std::string_view why) {
  std::deque<BackgroundJob> jobs;
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    jobs.swap(jobs_);
  }
  changed_.notify_all();
  for (const BackgroundJob& job : jobs) dispatch_.give_up_in_background(job, why);
  return jobs.size();
}

void BackgroundPool::end() {
  std::vector<std::thread> threads;
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

std::string BackgroundPool::trouble() const {
  std::lock_guard lock(mutex_);
  return has_room() ? std::string() : full();
}

}  // namespace ashlar::detail
