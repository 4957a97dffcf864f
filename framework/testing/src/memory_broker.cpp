#include <algorithm>
#include <ashlar/event_pattern.hpp>
#include <ashlar/testing/memory_broker.hpp>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace ashlar::testing {

using namespace ashlar::bridge;

namespace {

struct Held {
  Message message;
  std::string exchange;
  bool redelivered = false;
};

// As AMQP 0-9-1 has it: what cannot be carried, or nothing.
std::string_view carrying_problem(const Message& message) {
  constexpr std::size_t longest_short_string = 255;
  constexpr std::size_t largest_headers = 100'000;
  for (const std::string* text : {&message.routing_key, &message.message_id, &message.type, &message.content_type,
                                  &message.content_encoding, &message.correlation_id, &message.app_id}) {
    if (text->size() > longest_short_string) return "a property is longer than 255 bytes";
  }
  std::size_t size = 0;
  for (const auto& [name, value] : message.headers) {
    if (name.size() > longest_short_string) return "a header's name is longer than 255 bytes";
    size += name.size() + (std::holds_alternative<std::string>(value) ? std::get<std::string>(value).size() : 8);
  }
  return size > largest_headers ? "the headers are too large" : "";
}

struct QueueState {
  std::vector<std::string> bindings;
  std::deque<Held> waiting;
};

}  // namespace

// Everything is guarded by one mutex; brokers sleep on one condition.
struct MemoryExchange::State {
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, QueueState, std::less<>> queues;
  std::uint64_t line = 1;  // rises with each cut
  bool away = false;
  bool blocked = false;
  std::size_t refusals = 0;

  void declare(const Queue& queue) {
    QueueState& state = queues[queue.name];
    for (const std::string& binding : queue.bindings) {
      if (std::find(state.bindings.begin(), state.bindings.end(), binding) == state.bindings.end())
        state.bindings.push_back(binding);
    }
    queues[queue.dead_name()];
    changed.notify_all();
  }

  bool route(const Message& message, const std::string& exchange) {
    bool taken = false;
    for (auto& [name, queue] : queues) {
      const bool wanted = std::any_of(queue.bindings.begin(), queue.bindings.end(), [&](const std::string& binding) {
        return matches(binding, message.routing_key);
      });
      if (!wanted) continue;
      queue.waiting.push_back({message, exchange, false});
      taken = true;
    }
    changed.notify_all();
    return taken;
  }
};

// One thread does what a line would: takes what is published, confirms, delivers, and hears verdicts.
class MemoryBroker final : public Broker {
 public:
  MemoryBroker(std::shared_ptr<MemoryExchange::State> exchange, Topology topology)
      : exchange_(std::move(exchange)), topology_(std::move(topology)) {}
  ~MemoryBroker() override { end(std::chrono::milliseconds{0}); }

  void begin(BrokerListener& listener) override {
    const std::lock_guard lock(exchange_->mutex);
    listener_ = &listener;
    begun_ = true;
    thread_ = std::thread([this] { run(); });
  }

  void publish(Message message, Done done) override {
    if (const std::string_view problem = carrying_problem(message); !problem.empty()) {
      return done({Sent::Outcome::refused, std::string(problem)});
    }
    {
      const std::lock_guard lock(exchange_->mutex);
      if (line_ != 0 && line_ == exchange_->line && !exchange_->away && !ending_) {
        published_.push_back({std::move(message), std::move(done)});
        exchange_->changed.notify_all();
        return;
      }
    }
    done({Sent::Outcome::lost, "there is no line to the exchange"});
  }

  void settle(const Receipt& receipt, Verdict verdict) override {
    const std::lock_guard lock(exchange_->mutex);
    if (receipt.link != line_) return;
    const auto found = unsettled_.find(receipt.tag);
    if (found == unsettled_.end()) return;
    Unsettled settled = std::move(found->second);
    unsettled_.erase(found);
    const std::string& queue = topology_.queues[settled.queue].name;
    if (verdict == Verdict::reject) {
      exchange_->queues[topology_.queues[settled.queue].dead_name()].waiting.push_back(std::move(settled.held));
    } else if (verdict == Verdict::return_) {
      settled.held.redelivered = true;
      exchange_->queues[queue].waiting.push_front(std::move(settled.held));
    }
    exchange_->changed.notify_all();
  }

  void pause() override { set_paused(true); }
  void resume() override { set_paused(false); }

  BrokerStatus status() const override {
    const std::lock_guard lock(exchange_->mutex);
    return status_now();
  }

  void end(std::chrono::milliseconds limit) override {
    {
      std::unique_lock lock(exchange_->mutex);
      ending_ = true;
      exchange_->changed.notify_all();
      exchange_->changed.wait_for(lock, limit, [this] {
        return !thread_.joinable() || line_ == 0 || (published_.empty() && unsettled_.empty() && !telling_);
      });
      closed_ = true;
      exchange_->changed.notify_all();
    }
    const std::lock_guard once(end_mutex_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct Published {
    Message message;
    Done done;
  };
  struct Unsettled {
    std::size_t queue = 0;
    Held held;
  };
  using Lock = std::unique_lock<std::mutex>;

  bool consumes() const {
    return std::any_of(topology_.queues.begin(), topology_.queues.end(),
                       [](const Queue& queue) { return queue.consume == Consume::yes; });
  }

  void set_paused(bool paused) {
    const std::lock_guard lock(exchange_->mutex);
    paused_ = paused;
    exchange_->changed.notify_all();
  }

  BrokerStatus status_now() const {
    if (!begun_) return {};
    LinkStatus link{.state = closed_      ? LinkState::closed
                             : line_ == 0 ? LinkState::waiting
                                          : LinkState::connected,
                    .host = "memory",
                    .connects = connects_,
                    .error = line_ == 0 && !closed_ ? "the exchange is away" : ""};
    BrokerStatus status{
        .publishing = link, .consuming = link, .unconfirmed = published_.size(), .unsettled = unsettled_.size()};
    if (quiet_ && link.state == LinkState::connected) status.consuming.state = LinkState::paused;
    if (!consumes()) status.consuming = {.state = LinkState::idle};
    if (line_ != 0 && exchange_->blocked) status.publishing.state = LinkState::blocked;
    return status;
  }

  void run() {
    Lock lock(exchange_->mutex);
    if (exchange_->away) tell_status(lock);
    while (!closed_) {
      if (line_ != 0 && (line_ != exchange_->line || exchange_->away)) {
        lose_line(lock);
      } else if (line_ == 0 && !exchange_->away) {
        connect(lock);
      } else if (was_blocked_ != exchange_->blocked) {
        was_blocked_ = exchange_->blocked;
        tell_status(lock);
      } else if (quiet_ != paused_) {
        quiet_ = paused_;
        tell_status(lock);
      } else if (!take_published(lock) && !deliver(lock)) {
        exchange_->changed.wait(lock);
      }
    }
    lose_line(lock);
  }

  void connect(Lock& lock) {
    line_ = exchange_->line;
    ++connects_;
    for (const Queue& queue : topology_.queues) exchange_->declare(queue);
    tell_status(lock);
  }

  // What came back to a queue keeps its order before what waits there.
  void lose_line(Lock& lock) {
    line_ = 0;
    for (auto at = unsettled_.rbegin(); at != unsettled_.rend(); ++at) {
      at->second.held.redelivered = true;
      exchange_->queues[topology_.queues[at->second.queue].name].waiting.push_front(std::move(at->second.held));
    }
    unsettled_.clear();
    exchange_->changed.notify_all();
    std::deque<Published> lost = std::exchange(published_, {});
    // The listener first, so that nobody publishes more of what would be lost too.
    tell_status(lock);
    telling_ = true;
    lock.unlock();
    for (const Published& one : lost) one.done({Sent::Outcome::lost, "the line is gone"});
    lock.lock();
    telling_ = false;
    exchange_->changed.notify_all();
  }

  void tell_status(Lock& lock) {
    const BrokerStatus status = status_now();
    telling_ = true;
    lock.unlock();
    listener_->changed(status);
    lock.lock();
    telling_ = false;
    exchange_->changed.notify_all();
  }

  bool take_published(Lock& lock) {
    if (published_.empty() || exchange_->blocked) return false;
    Published one = std::move(published_.front());
    published_.pop_front();
    Sent sent;
    if (exchange_->refusals > 0) {
      --exchange_->refusals;
      sent = {Sent::Outcome::refused, "the exchange does not take it"};
    } else if (!exchange_->route(one.message, topology_.exchange)) {
      sent = {Sent::Outcome::returned, "no queue takes '" + one.message.routing_key + "'"};
    }
    telling_ = true;
    lock.unlock();
    one.done(std::move(sent));
    lock.lock();
    telling_ = false;
    exchange_->changed.notify_all();
    return true;
  }

  bool deliver(Lock& lock) {
    if (line_ == 0 || paused_ || ending_) return false;
    for (std::size_t number = 0; number < topology_.queues.size(); ++number) {
      const Queue& queue = topology_.queues[number];
      if (queue.consume == Consume::no) continue;
      const auto held = std::count_if(unsettled_.begin(), unsettled_.end(),
                                      [&](const auto& it) { return it.second.queue == number; });
      std::deque<Held>& waiting = exchange_->queues[queue.name].waiting;
      if (held >= queue.prefetch || waiting.empty()) continue;
      const std::uint64_t tag = ++last_tag_;
      Unsettled& unsettled = unsettled_[tag];
      unsettled = {number, std::move(waiting.front())};
      waiting.pop_front();
      Incoming incoming{.message = unsettled.held.message,
                        .queue = queue.name,
                        .exchange = unsettled.held.exchange,
                        .redelivered = unsettled.held.redelivered,
                        .receipt = {line_, tag}};
      telling_ = true;
      lock.unlock();
      listener_->received(std::move(incoming));
      lock.lock();
      telling_ = false;
      exchange_->changed.notify_all();
      return true;
    }
    return false;
  }

  const std::shared_ptr<MemoryExchange::State> exchange_;
  const Topology topology_;
  BrokerListener* listener_ = nullptr;
  std::mutex end_mutex_;
  std::thread thread_;

  // Guarded by the exchange's mutex.
  std::uint64_t line_ = 0;  // 0: none
  std::uint64_t connects_ = 0;
  std::deque<Published> published_;
  std::map<std::uint64_t, Unsettled> unsettled_;  // by tag
  std::uint64_t last_tag_ = 0;
  bool begun_ = false;
  bool paused_ = false;
  bool quiet_ = false;  // and nothing is being delivered
  bool ending_ = false;
  bool closed_ = false;
  bool telling_ = false;  // the listener, or a publisher, is being called
  bool was_blocked_ = false;
};

MemoryExchange::MemoryExchange() : state_(std::make_shared<State>()) {}
MemoryExchange::~MemoryExchange() = default;

std::unique_ptr<Broker> MemoryExchange::make_broker(Topology topology) {
  return std::make_unique<MemoryBroker>(state_, std::move(topology));
}

bool MemoryExchange::publish(Message message) {
  const std::lock_guard lock(state_->mutex);
  return state_->route(message, "");
}

void MemoryExchange::declare(const Queue& queue) {
  const std::lock_guard lock(state_->mutex);
  state_->declare(queue);
}

std::vector<Message> MemoryExchange::messages(std::string_view queue) const {
  const std::lock_guard lock(state_->mutex);
  std::vector<Message> messages;
  const auto found = state_->queues.find(queue);
  if (found == state_->queues.end()) return messages;
  for (const Held& held : found->second.waiting) messages.push_back(held.message);
  return messages;
}

std::optional<Message> MemoryExchange::take(std::string_view queue) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->queues.find(queue);
  if (found == state_->queues.end() || found->second.waiting.empty()) return std::nullopt;
  Message message = std::move(found->second.waiting.front().message);
  found->second.waiting.pop_front();
  return message;
}

void MemoryExchange::cut() {
  const std::lock_guard lock(state_->mutex);
  ++state_->line;
  state_->changed.notify_all();
}

void MemoryExchange::go_away() {
  const std::lock_guard lock(state_->mutex);
  state_->away = true;
  ++state_->line;
  state_->changed.notify_all();
}

void MemoryExchange::come_back() {
  const std::lock_guard lock(state_->mutex);
  state_->away = false;
  state_->changed.notify_all();
}

void MemoryExchange::block() {
  const std::lock_guard lock(state_->mutex);
  state_->blocked = true;
  state_->changed.notify_all();
}

void MemoryExchange::unblock() {
  const std::lock_guard lock(state_->mutex);
  state_->blocked = false;
  state_->changed.notify_all();
}

void MemoryExchange::refuse(std::size_t count) {
  const std::lock_guard lock(state_->mutex);
  state_->refusals = count;
}

}  // namespace ashlar::testing
