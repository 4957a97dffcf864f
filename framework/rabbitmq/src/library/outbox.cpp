#include "library/outbox.hpp"

#include <ashlar/errors.hpp>
#include <ashlar/time_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ashlar::rabbitmq {

namespace {

using Outcome = bridge::Sent::Outcome;

// How often a line is looked for while something waits; as a rule the broker tells of one.
constexpr std::chrono::milliseconds look{100};

bool takes_messages(const bridge::LinkStatus& line) {
  return line.state == bridge::LinkState::connected || line.state == bridge::LinkState::blocked;
}

std::uint64_t PublisherStatus::*counter_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::confirmed: return &PublisherStatus::confirmed;
    case Outcome::returned: return &PublisherStatus::returned;
    case Outcome::refused: return &PublisherStatus::refused;
    case Outcome::lost: break;
  }
  return &PublisherStatus::lost;
}

}  // namespace

Outbox::Outbox(std::unique_ptr<bridge::Broker> broker, const PublisherOptions& options)
    : broker_(std::move(broker)),
      most_(options.most_waiting),
      wait_for_room_(options.wait_for_room),
      give_up_after_(options.give_up_after),
      clock_(*options.clock),
      log_(options.log) {
  broker_->begin(*this);
  thread_ = std::thread([this] { run(); });
}

void Outbox::add(bridge::Message message, std::shared_ptr<Publication::State> publication) {
  Lock lock(mutex_);
  if (!wait_for_room(lock)) {
    const std::string reason =
        life_ != Life::open
            ? "the publisher has stopped"
            : fmt::format("{} events are not confirmed, and there is room for no more (most_waiting)", entries_.size());
    ++counts_.refused;
    counts_.last_error = reason;
    lock.unlock();
    publication->settle({Outcome::refused, reason});
    return;
  }
  entries_.emplace_hint(entries_.end(), next_number_++,
                        Entry{std::move(message), std::move(publication), clock_.steady_now() + give_up_after_});
  pump();
  if (!ready_ && !std::exchange(poked_, true)) wake_.notify_one();
  tell(lock);
}

bool Outbox::wait_for_room(Lock& lock) {
  const auto decided = [this] { return life_ != Life::open || entries_.size() < most_; };
  if (!decided() && wait_for_room_.count() > 0 && !in_an_observer()) room_.wait_for(lock, wait_for_room_, decided);
  return life_ == Life::open && entries_.size() < most_;
}

void Outbox::pump() {
  while (ready_) {
    const auto entry = first_waiting();
    if (entry == entries_.end()) return;
    const Number number = entry->first;
    entry->second.on_the_line = true;
    ++on_the_line_;
    first_to_send_ = number + 1;
    sender_ = std::this_thread::get_id();
    broker_->publish(entry->second.message, [this, number](bridge::Sent sent) { answer(number, std::move(sent)); });
    sender_ = std::thread::id();
    for (auto& [answered, sent] : std::exchange(answered_inside_, {})) note(answered, std::move(sent));
  }
}

void Outbox::answer(Number number, bridge::Sent sent) {
  if (sender_.load() == std::this_thread::get_id()) {
    answered_inside_.emplace_back(number, std::move(sent));
    return;
  }
  Lock lock(mutex_);
  note(number, std::move(sent));
  pump();
  tell(lock);
}

void Outbox::note(Number number, bridge::Sent sent) {
  const auto found = entries_.find(number);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  --on_the_line_;
  entry.on_the_line = false;
  if (sent.outcome != Outcome::lost || life_ == Life::ended) {
    finish(found, std::move(sent));
    return;
  }
  entry.reason = std::move(sent.reason);
  ready_ = false;
  first_to_send_ = std::min(first_to_send_, number);
  if (!std::exchange(poked_, true)) wake_.notify_one();
}

void Outbox::finish(std::map<Number, Entry>::iterator entry, bridge::Sent sent) {
  ++(counts_.*counter_of(sent.outcome));
  const bool is_confirmed = sent.outcome == Outcome::confirmed;
  if (!is_confirmed) counts_.last_error = sent.reason;
  const bool is_first = !std::exchange(losing_, !is_confirmed) && losing_;
  finished_.push_back({std::move(entry->second.publication), std::move(sent),
                       is_first ? std::move(entry->second.message.type) : std::string()});
  entries_.erase(entry);
}

void Outbox::tell(Lock& lock) {
  while (!finished_.empty()) {
    std::vector<Finished> told = std::exchange(finished_, {});
    room_.notify_all();
    lock.unlock();
    for (Finished& one : told) {
      if (!one.logged.empty()) {
        log_.warning(
            "an event was not published",
            {{"event", one.logged}, {"event_id", one.publication->id.to_string()}, {"reason", one.sent.reason}});
      }
      one.publication->settle(std::move(one.sent));
    }
    lock.lock();
  }
}

void Outbox::changed(const bridge::BrokerStatus& status) {
  Lock lock(mutex_);
  ready_ = takes_messages(status.publishing);
  pump();
  tell(lock);
}

std::map<Outbox::Number, Outbox::Entry>::iterator Outbox::first_waiting() {
  auto entry = entries_.lower_bound(first_to_send_);
  while (entry != entries_.end() && entry->second.on_the_line) ++entry;
  return entry;
}

// All have the same time, so the first that waits is the oldest.
void Outbox::give_up_old() {
  const auto now = clock_.steady_now();
  for (auto entry = first_waiting(); entry != entries_.end() && entry->second.deadline <= now;
       entry = first_waiting()) {
    const std::string& reason = entry->second.reason;
    finish(entry, {Outcome::lost, fmt::format("not published within {}: {}", duration_text(give_up_after_),
                                              reason.empty() ? "there was no line to the broker" : reason)});
  }
}

void Outbox::run() {
  Lock lock(mutex_);
  Clock::Steady next_look = clock_.steady_now();
  while (life_ != Life::ended) {
    poked_ = false;
    give_up_old();
    tell(lock);
    const auto waiting = first_waiting();
    if (waiting == entries_.end()) {
      clock_.wait_until(lock, wake_, Clock::Steady::max(), [this] { return poked_ || life_ == Life::ended; });
    } else if (const auto until = std::min(waiting->second.deadline, next_look); clock_.steady_now() < until) {
      clock_.wait_until(lock, wake_, until, [this] { return life_ == Life::ended; });
    } else if (!ready_) {
      next_look = clock_.steady_now() + look;
      lock.unlock();
      const bool is_there = takes_messages(broker_->status().publishing);
      lock.lock();
      ready_ = ready_ || is_there;
      pump();
      tell(lock);
    } else {
      next_look = clock_.steady_now() + look;
    }
  }
}

PublisherStatus Outbox::status() const {
  const bridge::LinkStatus line = broker_->status().publishing;
  const std::lock_guard lock(mutex_);
  PublisherStatus status = counts_;
  status.line = line;
  status.unconfirmed = on_the_line_;
  status.waiting = entries_.size() - on_the_line_;
  return status;
}

void Outbox::stop(std::chrono::milliseconds limit) {
  using RealTime = std::chrono::steady_clock;
  if (in_an_observer()) throw Error("a publisher cannot be stopped in an observer, which would wait for itself");
  const std::lock_guard once(life_mutex_);
  const auto deadline = RealTime::now() + std::min<std::chrono::milliseconds>(limit, std::chrono::hours{24});
  Lock lock(mutex_);
  if (life_ == Life::ended) return;
  life_ = Life::closing;
  room_.notify_all();
  room_.wait_until(lock, deadline, [this] { return entries_.empty(); });
  life_ = Life::ended;
  wake_.notify_all();
  lock.unlock();
  thread_.join();
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - RealTime::now());
  broker_->end(std::max(left, std::chrono::milliseconds{0}));
  lock.lock();
  const std::size_t waited = entries_.size();
  while (!entries_.empty())
    finish(entries_.begin(), {Outcome::lost, "the publisher has stopped before there was a line"});
  tell(lock);
  if (waited != 0) log_.warning("a publisher has stopped with events that never had a line", {{"events", waited}});
}

}  // namespace ashlar::rabbitmq
