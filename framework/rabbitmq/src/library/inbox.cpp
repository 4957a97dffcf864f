#include "library/inbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ashlar::rabbitmq {

using bridge::Verdict;

namespace {

// Some may never come again, because another consumer has them.
constexpr std::size_t most_tries_kept = 10'000;

// Which inbox this thread works for.
thread_local const void* worker_of = nullptr;

}  // namespace

Inbox::Inbox(std::unique_ptr<bridge::Broker> broker, ConsumerOptions options)
    : broker_(std::move(broker)),
      options_(std::move(options)),
      reading_{.format = options_.format, .types = options_.types, .max_bytes = options_.max_bytes},
      handlers_(options_),
      handled_(options_.remembered) {}

void Inbox::add(Handler handler) {
  const std::lock_guard lock(mutex_);
  if (life_ != Life::made) {
    throw Error(fmt::format("the consumer of queue '{}' has started: register the handler of '{}' before start()",
                            options_.queue, handler.event));
  }
  handlers_.add(std::move(handler));
}

void Inbox::begin() {
  const auto refuse = [this] { throw Error(fmt::format("the consumer of queue '{}' can start once", options_.queue)); };
  if (worker_of == this) refuse();  // and whoever stops it waits for this thread
  const std::lock_guard once(life_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (life_ != Life::made) refuse();
    if (handlers_.empty()) {
      throw Error(fmt::format("the consumer of queue '{}' has no handler: call on() before start()", options_.queue));
    }
    life_ = Life::begun;
  }
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { run(); });
  broker_->begin(*this);
}

void Inbox::received(bridge::Incoming incoming) {
  std::vector<bridge::Receipt> dropped;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(link_, incoming.receipt.link) != incoming.receipt.link) dropped = drop();
    if (life_ == Life::ended) {
      dropped.push_back(incoming.receipt);
    } else {
      raw_.push_back(std::move(incoming));
      changed_.notify_one();
    }
  }
  give_back(dropped);
}

// What was received by a line that is gone comes again, so that nobody has to handle it twice. Where the status is an
// old one and the line is there, it goes back to the queue.
void Inbox::changed(const bridge::BrokerStatus& status) {
  if (status.consuming.works()) return;
  std::vector<bridge::Receipt> dropped;
  {
    const std::lock_guard lock(mutex_);
    dropped = drop();
  }
  give_back(dropped);
}

std::vector<bridge::Receipt> Inbox::drop() {
  std::vector<ArrivalPtr> dropped = lanes_.clear();
  const auto take = [&](ArrivalPtr& arrival) {
    lanes_.leave(arrival->event.metadata.key);
    dropped.push_back(std::move(arrival));
  };
  for (ArrivalPtr& arrival : ready_) take(arrival);
  for (auto& [due, arrival] : later_) take(arrival);
  ready_.clear();
  later_.clear();
  if (tries_.size() > most_tries_kept) tries_.clear();
  ++line_;
  std::vector<bridge::Receipt> receipts;
  for (const bridge::Incoming& incoming : raw_) receipts.push_back(incoming.receipt);
  raw_.clear();
  for (const ArrivalPtr& arrival : dropped) {
    receipts.push_back(arrival->incoming.receipt);
    if (arrival->tries > 0) tries_.insert_or_assign(arrival->event.metadata.id, arrival->tries);
  }
  std::sort(receipts.begin(), receipts.end(),
            [](const bridge::Receipt& a, const bridge::Receipt& b) { return a.tag < b.tag; });
  return receipts;
}

void Inbox::give_back(const std::vector<bridge::Receipt>& receipts) {
  for (const bridge::Receipt& receipt : receipts) broker_->settle(receipt, Verdict::return_);
}

void Inbox::run() {
  worker_of = this;
  Lock lock(mutex_);
  while (life_ != Life::ended) {
    make_due_ready();
    if (!ready_.empty()) {
      work(lock);
    } else if (has_work()) {
      decode(lock);
    } else {
      const auto until = later_.empty() ? Clock::Steady::max() : later_.begin()->first;
      const std::uint64_t seen = added_later_;
      options_.clock->wait_until(lock, changed_, until,
                                 [this, seen] { return life_ == Life::ended || has_work() || added_later_ != seen; });
    }
  }
}

void Inbox::make_due_ready() {
  if (later_.empty()) return;
  const auto now = options_.clock->steady_now();
  while (!later_.empty() && later_.begin()->first <= now) {
    ready_.push_back(std::move(later_.begin()->second));
    later_.erase(later_.begin());
  }
}

void Inbox::decode(Lock& lock) {
  auto arrival = std::make_unique<Arrival>();
  arrival->incoming = std::move(raw_.front());
  arrival->line = line_;
  raw_.pop_front();
  decoding_ = true;
  lock.unlock();
  std::optional<Handled> rejected;
  try {
    arrival->event = bridge::read(arrival->incoming.message, reading_, options_.clock->now());
  } catch (const std::exception& error) {
    rejected = handlers_.reject(arrival->incoming, arrival->incoming.message.type, full_message(error));
  }
  lock.lock();
  decoding_ = false;
  if (rejected) {
    settle(lock, arrival->incoming.receipt, note(*rejected));
  } else if (arrival->line != line_ || life_ == Life::ended) {
    settle(lock, arrival->incoming.receipt, Verdict::return_);
  } else {
    if (const auto failed = tries_.find(arrival->event.metadata.id); failed != tries_.end()) {
      arrival->tries = failed->second;
      tries_.erase(failed);
    }
    if (lanes_.enter(arrival)) ready_.push_back(std::move(arrival));
  }
  if (has_work()) changed_.notify_one();
}

bool Inbox::is_known(const Arrival& arrival) const {
  // Without an id of its own a message has one that is made of its bytes, and another one may be just like it.
  const bool may_come_twice = arrival.incoming.redelivered || !arrival.incoming.message.message_id.empty();
  return may_come_twice && handled_.contains(arrival.event.metadata.id);
}

void Inbox::work(Lock& lock) {
  ArrivalPtr arrival = std::move(ready_.front());
  ready_.pop_front();
  const Uuid id = arrival->event.metadata.id;
  const std::string key = arrival->event.metadata.key;
  const bridge::Receipt receipt = arrival->incoming.receipt;
  Handled handled{Result::duplicate};
  if (!is_known(*arrival)) {
    ++running_;
    lock.unlock();
    handled = handlers_.handle(*arrival);
    lock.lock();
    --running_;
  }
  const Verdict verdict = note(handled);
  if (handled.result == Result::handled) handled_.add(id);
  if (handled.result == Result::again && life_ != Life::ended) {
    const int tries = arrival->tries;
    if (arrival->line == line_) {  // it keeps its lane
      later_.emplace(options_.clock->steady_now() + handlers_.pause_after(tries), std::move(arrival));
      ++added_later_;
      changed_.notify_all();
      return;
    }
    tries_.insert_or_assign(id, tries);
  }
  if (ArrivalPtr next = lanes_.leave(key)) {
    ready_.push_back(std::move(next));
    changed_.notify_one();
  }
  settle(lock, receipt, verdict);
}

Verdict Inbox::note(const Handled& handled) {
  counts_.failures += static_cast<std::uint64_t>(handled.failures);
  if (!handled.reason.empty()) counts_.last_error = handled.reason;
  switch (handled.result) {
    case Result::handled: ++counts_.handled; break;
    case Result::duplicate: ++counts_.duplicates; break;
    case Result::ignored: ++counts_.ignored; break;
    case Result::again: return Verdict::return_;
    case Result::rejected: ++counts_.rejected; return Verdict::reject;
  }
  return Verdict::done;
}

void Inbox::settle(Lock& lock, const bridge::Receipt& receipt, Verdict verdict) {
  lock.unlock();
  broker_->settle(receipt, verdict);
  lock.lock();
}

ConsumerStatus Inbox::status() const {
  const bridge::LinkStatus line = broker_->status().consuming;
  const std::lock_guard lock(mutex_);
  ConsumerStatus status = counts_;
  status.line = line;
  status.waiting = raw_.size() + ready_.size() + lanes_.size() + (decoding_ ? 1 : 0);
  status.running = running_;
  status.retrying = later_.size();
  return status;
}

void Inbox::stop(std::chrono::milliseconds limit) {
  if (worker_of == this) {
    throw Error(fmt::format("the consumer of queue '{}' cannot be stopped in one of its handlers", options_.queue));
  }
  const std::lock_guard once(life_mutex_);
  std::vector<bridge::Receipt> dropped;
  {
    const std::lock_guard lock(mutex_);
    const bool has_begun = life_ == Life::begun;
    life_ = Life::ended;
    if (!has_begun) return;
  }
  broker_->pause();
  {
    const std::lock_guard lock(mutex_);
    dropped = drop();
    changed_.notify_all();
  }
  give_back(dropped);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  broker_->end(limit);
}

}  // namespace ashlar::rabbitmq
