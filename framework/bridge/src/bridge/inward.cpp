#include "bridge/inward.hpp"

#include <ashlar/errors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ashlar::bridge {
namespace {

constexpr std::chrono::milliseconds first_pause{200};
constexpr std::chrono::milliseconds longest_pause{10'000};

// For people who look at a dead letter.
std::string headers_text(const Incoming& incoming) {
  const Message& message = incoming.message;
  std::string text = fmt::format(
      "from queue '{}', exchange '{}', routing key '{}', message_id '{}', type '{}', content type '{}'", incoming.queue,
      incoming.exchange, message.routing_key, message.message_id, message.type, message.content_type);
  for (const auto& [name, value] : message.headers) {
    text += fmt::format(", {}: {}", name,
                        std::holds_alternative<std::string>(value) ? std::get<std::string>(value)
                                                                   : fmt::to_string(std::get<std::int64_t>(value)));
  }
  constexpr std::size_t most = 4'096;
  if (text.size() > most) text.resize(most);
  return text;
}

bool came_before(const std::shared_ptr<const Incoming>& a, const std::shared_ptr<const Incoming>& b) {
  return std::pair(a->receipt.link, a->receipt.tag) < std::pair(b->receipt.link, b->receipt.tag);
}

}  // namespace

Inward::Inward(const BridgePlan& plan, std::string name, EventInlet& inlet, store::LogStore* shelf, Clock& clock,
               Log log)
    : plan_(plan), name_(std::move(name)), inlet_(inlet), shelf_(shelf), clock_(clock), log_(std::move(log)) {}

Inward::~Inward() { end(); }

void Inward::begin(Broker& broker) {
  broker_ = &broker;
  thread_ = std::thread([this] { run(); });
}

void Inward::take(Incoming incoming) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::make_shared<const Incoming>(std::move(incoming)));
  changed_.notify_one();
}

void Inward::end() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  std::unique_lock lock(mutex_);
  std::vector<std::shared_ptr<const Incoming>> left(waiting_.begin(), waiting_.end());
  left.insert(left.end(), failed_.begin(), failed_.end());
  waiting_.clear();
  failed_.clear();
  ended_ = true;
  lock.unlock();
  // A queue delivers again in the order in which it got them back.
  std::sort(left.begin(), left.end(), came_before);
  for (const auto& incoming : left) settle(*incoming, Verdict::return_);
}

InwardCounts Inward::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Inward::count(std::uint64_t InwardCounts::*what) {
  const std::lock_guard lock(mutex_);
  ++(counts_.*what);
}

void Inward::run() {
  std::unique_lock lock(mutex_);
  while (!ends_) {
    if (!failed_.empty()) {
      // All of them, in the order in which they came.
      changed_.wait_for(lock, pause_, [this] { return ends_; });
      std::sort(failed_.begin(), failed_.end(), came_before);
      waiting_.insert(waiting_.begin(), failed_.begin(), failed_.end());
      failed_.clear();
    }
    changed_.wait(lock, [this] { return ends_ || !waiting_.empty() || !failed_.empty(); });
    if (ends_ || waiting_.empty()) continue;
    const auto incoming = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    bring_in(incoming);
    lock.lock();
  }
}

void Inward::bring_in(std::shared_ptr<const Incoming> incoming) {
  WireEvent event;
  try {
    event = read(incoming->message, plan_.reading(incoming->queue), clock_.now());
    inlet_.let_in(event.metadata, event.data, [this, incoming](const Stored& stored, std::exception_ptr error) {
      if (error) {
        try {
          std::rethrow_exception(error);
        } catch (...) {
          return note_failure(incoming, current_exception_message());
        }
      }
      {
        const std::lock_guard lock(mutex_);
        ++(stored.duplicate ? counts_.duplicates : counts_.stored);
        pause_ = std::chrono::milliseconds{0};
      }
      settle(*incoming, Verdict::done);
    });
  } catch (const WireError& error) {
    bury(*incoming, incoming->message.type, error.what());
  } catch (const EventUnknown& error) {
    bury(*incoming, event.metadata.name, error.what());
  } catch (const JsonError& error) {
    bury(*incoming, event.metadata.name, error.what());
  } catch (const PublishRefused&) {
    // The host stops: the broker keeps it, and gets it back with the others that are here, in their order.
    keep_for_later(incoming);
  } catch (...) {
    note_failure(incoming, current_exception_message());
  }
}

void Inward::note_failure(std::shared_ptr<const Incoming> incoming, const std::string& problem) {
  const bool is_first = keep_for_later(std::move(incoming));
  if (is_first) log_.warning("events from outside cannot be stored, and are tried again", {{"problem", problem}});
}

bool Inward::keep_for_later(std::shared_ptr<const Incoming> incoming) {
  std::unique_lock lock(mutex_);
  if (ended_) {
    lock.unlock();
    settle(*incoming, Verdict::return_);
    return false;
  }
  const bool is_first = failed_.empty();
  if (is_first) pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
  failed_.push_back(std::move(incoming));
  changed_.notify_one();
  return is_first;
}

void Inward::bury(const Incoming& incoming, std::string_view type, const std::string& reason) {
  log_.warning(
      "a message from outside is no event here",
      {{"queue", incoming.queue}, {"message_id", incoming.message.message_id}, {"type", type}, {"reason", reason}});
  try {
    if (shelf_ == nullptr) throw Error("this host has no store");
    const Time now = clock_.now();
    store::DeadLetter letter{.consumer = name_ + ".consume",
                             .event = {.data = incoming.message.body},
                             .reason = reason,
                             .attempts = {{.count = 1, .time = now, .error = headers_text(incoming)}},
                             .deliveries = 1,
                             .first_failure = now,
                             .last_failure = now};
    letter.event.metadata.id = Uuid::v7(now.time_since_epoch().count());
    letter.event.metadata.name = type;
    letter.event.metadata.time = now;
    shelf_->bury(letter);
    count(&InwardCounts::dead);
    settle(incoming, Verdict::done);
  } catch (...) {
    log_.warning("a message goes to its queue's dead-letter exchange",
                 {{"queue", incoming.queue}, {"problem", current_exception_message()}});
    count(&InwardCounts::rejected);
    settle(incoming, Verdict::reject);
  }
}

}  // namespace ashlar::bridge
