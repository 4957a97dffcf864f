#include "bridge/inward.hpp"

#include <ashlar/errors.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace ashlar::bridge {
namespace {

constexpr std::chrono::milliseconds first_pause{200};
constexpr std::chrono::milliseconds longest_pause{10'000};
constexpr int most_failures = 20;

thread_local std::optional<Uuid> brought_in;

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
  auto item = std::make_shared<Item>();
  item->incoming = std::move(incoming);
  item->received = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      if (item->incoming.receipt.link != link_) forget_older_links(item->incoming.receipt.link);
      waiting_.push_back(std::move(item));
      ++open_;
      if (waiting_.size() == 1) changed_.notify_one();
      return;
    }
  }
  broker_->settle(item->incoming.receipt, Verdict::return_);
}

// What came by a line that is gone comes again by the new one.
void Inward::forget_older_links(std::uint64_t link) {
  link_ = link;
  const auto is_old = [link](const ItemPtr& item) { return item->incoming.receipt.link != link; };
  const auto end_lane = [&](const ItemPtr& item) {
    if (!is_old(item) || !item->is_next) return;
    const auto lane = lanes_.find(item->key);
    if (lane == lanes_.end()) return;
    open_ -= lane->second.size();
    lanes_.erase(lane);
  };
  std::for_each(failed_.begin(), failed_.end(), end_lane);
  std::for_each(waiting_.begin(), waiting_.end(), end_lane);
  open_ -= std::erase_if(waiting_, is_old) + std::erase_if(failed_, is_old);
  for (auto& [key, lane] : lanes_) open_ -= std::erase_if(lane, is_old);
}

void Inward::set_receiving(bool receiving) {
  const std::lock_guard lock(mutex_);
  receiving_ = receiving;
  drained_.notify_all();
}

void Inward::drain(std::chrono::milliseconds limit) {
  Lock lock(mutex_);
  drained_.wait_for(lock, limit, [this] { return !receiving_ && open_ == 0; });
}

void Inward::end() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  // With the mutex held: what comes meanwhile goes back behind these.
  const std::lock_guard lock(mutex_);
  std::vector<ItemPtr> left(waiting_.begin(), waiting_.end());
  left.insert(left.end(), failed_.begin(), failed_.end());
  for (const auto& [key, lane] : lanes_) left.insert(left.end(), lane.begin(), lane.end());
  waiting_.clear();
  failed_.clear();
  lanes_.clear();
  ended_ = true;
  std::sort(left.begin(), left.end(),
            [](const ItemPtr& a, const ItemPtr& b) { return a->incoming.receipt.tag < b->incoming.receipt.tag; });
  for (const ItemPtr& item : left) broker_->settle(item->incoming.receipt, Verdict::return_);
}

bool Inward::brings_in(const Uuid& id) { return brought_in == id; }

InwardCounts Inward::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Inward::run() {
  Lock lock(mutex_);
  while (!ends_) {
    if (!failed_.empty()) wait_for_retry(lock);
    changed_.wait(lock, [this] { return ends_ || !waiting_.empty() || !failed_.empty(); });
    if (ends_ || waiting_.empty()) continue;
    const ItemPtr item = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    bring_in(item);
    lock.lock();
  }
}

// All of them, in the order in which they came.
void Inward::wait_for_retry(Lock& lock) {
  changed_.wait_for(lock, pause_, [this] { return ends_; });
  std::sort(failed_.begin(), failed_.end(),
            [](const ItemPtr& a, const ItemPtr& b) { return a->incoming.receipt.tag < b->incoming.receipt.tag; });
  waiting_.insert(waiting_.begin(), failed_.begin(), failed_.end());
  failed_.clear();
}

// False: one of its key is on its way, and it waits behind that one.
bool Inward::enter_lane(const ItemPtr& item) {
  if (item->key.empty() || item->is_next) return true;
  const std::lock_guard lock(mutex_);
  const auto [lane, is_new] = lanes_.try_emplace(item->key);
  if (!is_new) lane->second.push_back(item);
  item->is_next = is_new;
  return is_new;
}

// Throws WireError where it is none. One that could not be stored is read again: mostly there is none, and none is kept for it.
void Inward::read_event(Item& item) const {
  item.event = read(item.incoming.message, plan_.reading(item.incoming.queue), item.received);
  if (!item.id) {
    item.id = item.event->metadata.id;
    item.key = item.event->metadata.key;
  }
  // The same as before, also where the message has none.
  item.event->metadata.id = *item.id;
}

void Inward::bring_in(const ItemPtr& item) {
  try {
    if (!item->event) read_event(*item);
    if (!enter_lane(item)) return;
    brought_in = item->id;
    WireEvent event = *std::exchange(item->event, std::nullopt);
    inlet_.let_in(std::move(event.metadata), std::move(event.data),
                  [this, item](const Stored& stored, std::exception_ptr error) {
                    if (error) {
                      try {
                        std::rethrow_exception(error);
                      } catch (...) {
                        return note_failure(item, current_exception_message());
                      }
                    }
                    finish(item, Verdict::done, stored.duplicate ? &InwardCounts::duplicates : &InwardCounts::stored);
                  });
  } catch (const WireError& error) {
    bury(item, error.what());
  } catch (const EventUnknown& error) {
    bury(item, error.what());
  } catch (const JsonError& error) {
    bury(item, error.what());
  } catch (const PublishRefused&) {
    // The host stops: the broker gets it back with the others that are here, in their order.
    if (!keep_for_later(item)) broker_->settle(item->incoming.receipt, Verdict::return_);
  } catch (...) {
    note_failure(item, current_exception_message());
  }
}

void Inward::finish(const ItemPtr& item, Verdict verdict, std::uint64_t InwardCounts::*what) {
  broker_->settle(item->incoming.receipt, verdict);
  const std::lock_guard lock(mutex_);
  ++(counts_.*what);
  if (--open_ == 0) drained_.notify_all();
  if (item->is_next) {
    const auto lane = lanes_.find(item->key);
    if (lane != lanes_.end() && lane->second.empty()) {
      lanes_.erase(lane);
    } else if (lane != lanes_.end()) {
      lane->second.front()->is_next = true;
      waiting_.push_front(std::move(lane->second.front()));
      lane->second.erase(lane->second.begin());
      changed_.notify_one();
    }
  }
}

// False: nobody looks at what waits any more.
bool Inward::keep_for_later(const ItemPtr& item) {
  const std::lock_guard lock(mutex_);
  if (ended_) return false;
  if (failed_.empty()) pause_ = std::clamp(std::max(item->failures, 1) * first_pause, first_pause, longest_pause);
  failed_.push_back(item);
  changed_.notify_one();
  return true;
}

// Where others are stored and this one fails again and again, the fault is its own.
void Inward::note_failure(const ItemPtr& item, const std::string& problem) {
  bool is_its_own_fault = false;
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    if (item->failures++ == 0) item->stored_before = counts_.stored;
    is_its_own_fault = item->failures >= most_failures && counts_.stored != item->stored_before;
    is_first = failed_.empty() && item->failures == 1;
  }
  if (is_its_own_fault) return bury(item, problem);
  if (is_first) log_.warning("events from outside cannot be stored, and are tried again", {{"problem", problem}});
  if (!keep_for_later(item)) broker_->settle(item->incoming.receipt, Verdict::return_);
}

// As which event it goes to the dead letters.
std::string Inward::type_of(const ItemPtr& item) const {
  try {
    if (!item->event) read_event(*item);
    return item->event->metadata.name;
  } catch (const WireError&) {
    return item->incoming.message.type;
  }
}

void Inward::bury(const ItemPtr& item, const std::string& reason) {
  const Incoming& incoming = item->incoming;
  const std::string type = type_of(item);
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
    finish(item, Verdict::done, &InwardCounts::dead);
  } catch (...) {
    log_.warning("a message goes to its queue's dead-letter exchange",
                 {{"queue", incoming.queue}, {"problem", current_exception_message()}});
    finish(item, Verdict::reject, &InwardCounts::rejected);
  }
}

}  // namespace ashlar::bridge
