#include "session.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>

#include "opening.hpp"

namespace ashlar::store {

Session::Session(LogStore& store, const DurableLogOptions& options, LogPlan plan)
    : bell_(std::make_shared<Bell>(plan.consumers.size() + 1)),
      context_{store, *plan.clock, Log(plan.log, "streams"), *bell_, store.begin_owner()},
      maintenance_(context_, options, plan.consumers.size()) {
  try {
    prepare(plan, options);
  } catch (...) {
    store.end_owner(context_.owner);
    throw;
  }
  for (LoggedConsumer& consumer : plan.consumers) {
    runners_.push_back(std::make_unique<Runner>(context_, std::move(consumer), runners_.size()));
  }
}

// Orphans first, so that a start that is refused has changed nothing but names.
void Session::prepare(LogPlan& plan, const DurableLogOptions& options) {
  LogStore& store = context_.store;
  for (const LoggedEvent& event : plan.events) {
    for (const std::string& former : event.renamed_from) store.rename_event(former, event.name);
  }
  check_orphans(store, plan, options.orphans, context_.log);
  const Time now = context_.clock.now();
  for (const LoggedConsumer& consumer : plan.consumers) store.open_consumer(settings_of(consumer), now);
  store.set_retention(options.retention);
  catch_up(store, now, options.catch_up, context_.log);
}

Session::~Session() { close(); }

void Session::close() {
  const std::lock_guard lock(closing_);
  if (std::exchange(closed_, true)) return;
  for (const auto& runner : runners_) runner->stop();
  maintenance_.stop();
  join();
  try {
    context_.store.end_owner(context_.owner);
  } catch (...) {
    context_.log.warning("what this host has taken from the log comes back later",
                         {{"problem", current_exception_message()}});
  }
}

void Session::join() {
  for (const auto& runner : runners_) runner->join();
  maintenance_.join();
  context_.store.on_change({});
}

void Session::begin() {
  context_.store.on_change([bell = bell_] { bell->ring(); });
  for (const auto& runner : runners_) runner->begin();
  maintenance_.begin();
}

bool Session::end(Clock::Steady deadline) {
  for (const auto& runner : runners_) runner->stop();
  maintenance_.stop();
  if (!bell_->wait_for_rest(context_.clock, deadline, [this] { return has_ended(); })) return false;
  join();
  return true;
}

bool Session::has_ended() const {
  return maintenance_.has_ended() &&
         std::all_of(runners_.begin(), runners_.end(), [](const auto& runner) { return runner->has_ended(); });
}

// Idle or gone.
bool Session::is_idle() const {
  return (maintenance_.is_idle() || maintenance_.has_ended()) &&
         std::all_of(runners_.begin(), runners_.end(),
                     [](const auto& runner) { return runner->is_idle() || runner->has_ended(); });
}

std::uint64_t Session::taken() const {
  std::uint64_t count = 0;
  for (const auto& runner : runners_) count += runner->taken();
  return count;
}

// What was appended just now may not have rung yet, and a handler may have appended for a consumer that was idle already:
// so all look afresh until they have together found nothing.
bool Session::settle(std::chrono::milliseconds limit) {
  if (has_ended()) return true;
  Clock& clock = system_clock();
  const Clock::Steady deadline = clock.steady_now() + limit;
  context_.store.flush();
  for (;;) {
    const std::uint64_t before = taken();
    maintenance_.look();
    bell_->ring();
    if (!bell_->wait_for_rest(clock, deadline, [this] { return is_idle(); })) return false;
    if (taken() == before) return true;
  }
}

void Session::look_for_schedules() { maintenance_.look(); }

std::string Session::trouble() const {
  std::string text = maintenance_.trouble();
  for (const auto& runner : runners_) {
    const std::string trouble = runner->trouble();
    if (trouble.empty()) continue;
    text += text.empty() ? "" : "; ";
    text += trouble;
  }
  return text;
}

}  // namespace ashlar::store
