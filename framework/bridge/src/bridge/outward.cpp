#include "bridge/outward.hpp"

#include <algorithm>
#include <ashlar/errors.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

namespace ashlar::bridge {

void LineState::set_connected(bool connected) {
  const std::lock_guard lock(mutex_);
  connected_ = connected;
  changed_.notify_all();
}

void LineState::give_up() {
  const std::lock_guard lock(mutex_);
  given_up_.store(true);
  changed_.notify_all();
}

LineState::Found LineState::wait(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return connected_ || given_up_.load(); });
  return given_up_.load() ? Found::given_up : connected_ ? Found::connected : Found::neither;
}

void Answers::add(std::uint64_t number, Sent sent) {
  const std::lock_guard lock(mutex_);
  list_.push_back({number, std::move(sent)});
  if (list_.size() == wanted_) enough_.notify_one();
}

void Answers::take(std::vector<Answer>& taken, std::size_t wanted, std::chrono::milliseconds limit) {
  taken.clear();
  std::unique_lock lock(mutex_);
  wanted_ = wanted;
  enough_.wait_for(lock, limit, [this] { return list_.size() >= wanted_; });
  taken.swap(list_);
}

Message message_of(const BridgePlan& plan, const Outgoing& outgoing, const Metadata& metadata, std::string_view data) {
  return write(outgoing.format, metadata, data,
               {.application = plan.application(),
                .routing_key = outgoing.routing_key,
                .aggregate_type = outgoing.aggregate_type});
}

// What one call of receive() is about: publishes in order of the log, and never an event of a key whose last one is not
// confirmed yet; what stands behind that one waits with it.
class Outward::Round {
 public:
  Round(Outward& outward, std::span<Delivery* const> deliveries)
      : outward_(outward),
        deliveries_(deliveries),
        first_number_(std::exchange(outward.published_, outward.published_ + deliveries.size())),
        published_(deliveries.size(), not_open) {
    keys_.reserve(deliveries.size());
  }

  void run() {
    if (!wait_for_line()) return give_back_rest();
    publish_some();
    for (std::optional<Steady> until; open_ > 0;) {
      wait_for_answers();
      for (const Answers::Answer& answer : answers_) {
        // Of an earlier round, too late.
        if (answer.number >= first_number_) settle(answer.number - first_number_, answer.sent);
      }
      if (outward_.line_.given_up()) {
        // Nothing new. What the broker holds back, or a line that nobody answers on, does not hold up a stop.
        if (!until) until = std::chrono::steady_clock::now() + patience_at_stop;
        if (std::chrono::steady_clock::now() > *until) break;
      } else {
        publish_some();
      }
      look_at_oldest();
      keep();
    }
    give_back_rest();
  }

 private:
  using Steady = std::chrono::steady_clock::time_point;
  static constexpr Steady not_open = Steady::max();
  static constexpr std::chrono::seconds patience_at_stop{2};
  static constexpr std::chrono::milliseconds longest_wait{100};
  static constexpr std::chrono::milliseconds longest_wait_for_many{10};
  static constexpr std::size_t many = 256;
  static constexpr std::size_t most_open_bytes = 32 * 1024 * 1024;

  enum class KeyState { unconfirmed, failed };

  // The events stay ours while they wait for a line. False: given up.
  bool wait_for_line() {
    for (;;) {
      const LineState::Found found = outward_.line_.wait(outward_.ack_wait_ / 3);
      if (found == LineState::Found::connected) return true;
      if (found == LineState::Found::given_up) return false;
      keep();
    }
  }

  // Up to the first that has to wait. What comes after a failed event of its key is left over, and given back at the end.
  void publish_some() {
    for (; !lost_ && next_ < deliveries_.size(); ++next_) {
      if (open_bytes_ >= most_open_bytes) return;
      const std::string& key = deliveries_[next_]->metadata().key;
      if (!key.empty()) {
        const auto [known, is_first] = keys_.emplace(key, KeyState::unconfirmed);
        if (!is_first && known->second == KeyState::unconfirmed) return;
        if (!is_first) continue;
      }
      publish(next_);
    }
  }

  void publish(std::size_t number) {
    const Delivery& delivery = *deliveries_[number];
    const Metadata& metadata = delivery.metadata();
    const Outgoing* outgoing = outward_.plan_.outgoing(metadata.name, metadata.version);
    ++open_;
    open_bytes_ += delivery.data().size();
    published_[number] = outward_.clock_->steady_now();
    if (outgoing != nullptr && metadata.source != outgoing->module)
      return outward_.answers_.add(first_number_ + number, {});
    Message message;
    try {
      if (outgoing == nullptr) throw Error("the configuration lets it out no more");
      message = message_of(outward_.plan_, *outgoing, metadata, delivery.data());
    } catch (...) {
      return outward_.answers_.add(first_number_ + number, {Sent::Outcome::refused, current_exception_message()});
    }
    outward_.broker_->publish(std::move(message), [answers = &outward_.answers_, at = first_number_ + number](
                                                      Sent sent) { answers->add(at, std::move(sent)); });
  }

  // One by one only where an event waits for the one of its key that is on its way: to be woken costs more than to publish.
  void wait_for_answers() {
    const bool in_a_row = next_ == deliveries_.size() && heard_;
    outward_.answers_.take(answers_, in_a_row ? std::min(open_, many) : 1,
                           in_a_row ? longest_wait_for_many : longest_wait);
    heard_ = !answers_.empty();
  }

  void settle(std::size_t number, const Sent& sent) {
    --open_;
    published_[number] = not_open;
    Delivery& delivery = *deliveries_[number];
    open_bytes_ -= delivery.data().size();
    switch (sent.outcome) {
      case Sent::Outcome::confirmed:
        delivery.ack();
        keys_.erase(delivery.metadata().key);
        break;
      case Sent::Outcome::returned:
      case Sent::Outcome::refused:
        delivery.failed(sent.reason);
        keys_.insert_or_assign(delivery.metadata().key, KeyState::failed);
        break;
      case Sent::Outcome::lost: lost_ = true; break;
    }
  }

  void look_at_oldest() {
    while (oldest_ < next_ && published_[oldest_] == not_open) ++oldest_;
    const bool late = oldest_ < next_ && outward_.clock_->steady_now() - published_[oldest_] > patience;
    if (outward_.late_.exchange(late) != late) outward_.say_late_(late);
  }

  // More time for all that are not settled, now and then.
  void keep() {
    const auto now = std::chrono::steady_clock::now();
    if (now - kept_ < outward_.ack_wait_ / 3) return;
    kept_ = now;
    for (Delivery* delivery : deliveries_) {
      try {
        if (!delivery->is_settled()) static_cast<void>(delivery->in_progress());
      } catch (const Error&) {
        return;  // the store is away; what runs out meanwhile comes again
      }
    }
  }

  void give_back_rest() {
    for (Delivery* delivery : deliveries_) {
      if (!delivery->is_settled()) delivery->give_back();
    }
  }

  Outward& outward_;
  const std::span<Delivery* const> deliveries_;
  std::size_t next_ = 0;  // the first that was not published
  std::unordered_map<std::string_view, KeyState> keys_;
  const std::uint64_t first_number_;        // of the first delivery, among all that were ever published
  std::vector<Answers::Answer> answers_{};  // that came last
  bool heard_ = true;                       // some came
  std::vector<Steady> published_;           // when, of those of which nothing is heard
  std::size_t oldest_ = 0;                  // none before it is one of those
  std::size_t open_ = 0;                    // published, and nothing heard
  std::size_t open_bytes_ = 0;              // the data of those
  bool lost_ = false;                       // a line went: the rest goes by the next one
  Steady kept_ = std::chrono::steady_clock::now();
};

void Outward::receive(std::span<Delivery* const> deliveries) { Round(*this, deliveries).run(); }

}  // namespace ashlar::bridge
