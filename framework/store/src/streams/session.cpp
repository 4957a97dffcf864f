#include "session.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>

#include "opening.hpp"

namespace ashlar::store {

namespace {

// Empty: all.
bool concerns(std::string_view consumer, const Runner& runner) { return consumer.empty() || runner.name() == consumer; }

}  // namespace

Session::Session(LogStore& store, const DurableLogOptions& options, LogPlan plan)
    : bell_(std::make_shared<Bell>(plan.consumers.size() + 1)),
      audience_(std::make_shared<Audience>(bell_)),
      context_{store, *plan.clock, Log(plan.log, "streams"), *bell_, store.begin_owner()},
      maintenance_(context_, options, plan.consumers.size()) {
  try {
    prepare(plan, options);
  } catch (...) {
    store.end_owner(context_.owner);
    throw;
  }
  for (LoggedConsumer& consumer : plan.consumers) {
    audience_->add(runners_.size(), consumer.events);
    runners_.push_back(std::make_shared<Runner>(context_, std::move(consumer), runners_.size()));
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
  stop();
  join();
  try {
    context_.store.end_owner(context_.owner);
  } catch (...) {
    context_.log.warning("what this host has taken from the log comes back later",
                         {{"problem", current_exception_message()}});
  }
}

void Session::join() {
  for (const auto& runner : runners()) runner->join();
  maintenance_.join();
  context_.store.on_change({});
}

Session::Runners Session::runners() const {
  const std::lock_guard lock(mutex_);
  return runners_;
}

void Session::add(LoggedConsumer consumer) {
  const std::lock_guard lock(mutex_);
  if (!running_) throw Error("stream consumer '" + consumer.name + "' cannot be added: the host does not run");
  context_.store.open_consumer(settings_of(consumer), context_.clock.now());
  const std::size_t number = bell_->add();
  audience_->add(number, consumer.events);
  runners_.push_back(std::make_shared<Runner>(context_, std::move(consumer), number));
  runners_.back()->begin();
}

void Session::remove(std::string_view name) {
  std::shared_ptr<Runner> removed;
  {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(runners_.begin(), runners_.end(), [&](const auto& runner) { return runner->name() == name; });
    if (found == runners_.end()) return;
    removed = *found;
  }
  removed->stop();
  removed->join();
  const std::lock_guard lock(mutex_);
  if (std::erase(runners_, removed) == 0) return;
  audience_->remove(removed->number());
  bell_->remove(removed->number());
}

void Session::begin() {
  context_.store.on_change([audience = audience_](std::span<const std::string> events) { audience->ring(events); });
  const std::lock_guard lock(mutex_);
  running_ = true;
  for (const auto& runner : runners_) runner->begin();
  maintenance_.begin();
}

void Session::stop() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
  for (const auto& runner : runners()) runner->stop();
  maintenance_.stop();
}

bool Session::end(Clock::Steady deadline) {
  stop();
  if (!bell_->wait_for_rest(context_.clock, deadline, [this, all = runners()] { return has_ended(all); })) return false;
  join();
  return true;
}

// These two are asked with the bell's mutex held, so they take none of the session's.
bool Session::has_ended(const Runners& all) const {
  return maintenance_.has_ended() &&
         std::all_of(all.begin(), all.end(), [](const auto& runner) { return runner->has_ended(); });
}

// Idle or gone.
bool Session::is_idle(const Runners& all, std::string_view consumer) const {
  return (!consumer.empty() || maintenance_.is_idle() || maintenance_.has_ended()) &&
         std::all_of(all.begin(), all.end(), [&](const auto& runner) {
           return !concerns(consumer, *runner) || runner->is_idle() || runner->has_ended();
         });
}

std::uint64_t Session::taken(std::string_view consumer) const {
  std::uint64_t count = 0;
  for (const auto& runner : runners()) {
    if (concerns(consumer, *runner)) count += runner->taken();
  }
  return count;
}

// What was appended just now may not have rung yet, and a handler may have appended for a consumer that was idle already:
// so all look afresh until they have together found nothing.
bool Session::settle(std::chrono::milliseconds limit, std::string_view consumer) {
  if (has_ended(runners())) return true;
  Clock& clock = system_clock();
  const Clock::Steady deadline = clock.steady_now() + limit;
  context_.store.flush();
  for (;;) {
    const std::uint64_t before = taken(consumer);
    maintenance_.look();
    bell_->ring();
    if (!bell_->wait_for_rest(clock, deadline, [&, all = runners()] { return is_idle(all, consumer); })) return false;
    if (taken(consumer) == before) return true;
  }
}

void Session::look_for_schedules() { maintenance_.look(); }

std::string Session::trouble() const {
  std::string text = maintenance_.trouble();
  for (const auto& runner : runners()) {
    const std::string trouble = runner->trouble();
    if (trouble.empty()) continue;
    text += text.empty() ? "" : "; ";
    text += trouble;
  }
  return text;
}

}  // namespace ashlar::store
