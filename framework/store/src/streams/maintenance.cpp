#include "maintenance.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>

namespace ashlar::store {
namespace {

// Between two steps of retention, so that publishers get their turns.
constexpr std::chrono::milliseconds step_pause{20};
constexpr std::size_t step_size = 1'000;

}  // namespace

Maintenance::Maintenance(const StreamContext& context, const DurableLogOptions& options, std::size_t number)
    : context_(context),
      options_(options),
      sleeper_(context.bell.sleeper(number)),
      complaints_(context.clock, context.log, "maintenance") {}

Maintenance::~Maintenance() {
  stop();
  join();
}

void Maintenance::begin() {
  ended_.store(false);
  thread_ = std::thread([this] { run(); });
}

void Maintenance::stop() {
  {
    const std::lock_guard lock(sleeper_.mutex);
    stopping_.store(true);
  }
  sleeper_.changed.notify_all();
}

void Maintenance::join() {
  if (thread_.joinable()) thread_.join();
}

void Maintenance::look() {
  {
    const std::lock_guard lock(sleeper_.mutex);
    asked_.fetch_add(1);
  }
  sleeper_.changed.notify_all();
}

std::string Maintenance::trouble() const {
  const std::lock_guard lock(sleeper_.mutex);
  return trouble_.empty() ? "" : "maintenance of the log: " + trouble_;
}

void Maintenance::run() {
  Lock lock(sleeper_.mutex);
  while (!stopping_.load()) {
    const std::uint64_t asked = asked_.load();
    lock.unlock();
    std::string problem;
    try {
      work();
      pause_ = std::chrono::seconds{1};
    } catch (...) {
      problem = current_exception_message();
      complaints_.say("maintenance of the log failed and tries again", problem);
      next_look_ = next_step_ = context_.clock.steady_now() + pause_;
      pause_ = std::min(pause_ * 2, std::chrono::seconds{30});
    }
    lock.lock();
    trouble_ = problem;
    if (problem.empty()) idle_at_.store(asked);
    context_.bell.nothing_to_do();
    context_.clock.wait_until(lock, sleeper_.changed, std::min(next_look_, next_step_),
                              [&] { return stopping_.load() || (problem.empty() && asked_.load() != asked); });
  }
  lock.unlock();
  try {
    context_.store.flush();
  } catch (...) {
    complaints_.say("events given to append_later could not be stored", current_exception_message());
  }
  ended_.store(true);
  context_.bell.nothing_to_do();
}

void Maintenance::work() {
  LogStore& store = context_.store;
  const Time now = context_.clock.now();
  const Clock::Steady steady = context_.clock.steady_now();
  // Before anything is added: a log that is full has to be emptied first.
  if (steady >= next_step_) {
    const std::size_t removed = store.retain(now, step_size);
    next_step_ = steady + (removed > 0 ? step_pause : options_.retention_interval);
  }
  while (!stopping_.load() && !store.release_due(now).empty()) {}
  // Another process may schedule something meanwhile, so it looks from time to time.
  const auto longest = std::max(std::chrono::milliseconds{1}, options_.retention_interval);
  next_look_ = steady + longest;
  if (const auto due = store.next_due()) {
    next_look_ = steady + std::clamp(*due - now, std::chrono::milliseconds{1}, longest);
  }
}

}  // namespace ashlar::store
