#include "consuming_duty.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "content.hpp"
#include "failure.hpp"
#include "topology.hpp"

namespace ashlar::rabbitmq {
namespace {

using bridge::Verdict;

constexpr std::size_t most_in_one_ack = 200;
constexpr std::size_t spare_body = 64 * 1024;

std::size_t batch_for(const bridge::Topology& topology) {
  std::size_t batch = most_in_one_ack;
  for (const bridge::Queue& queue : topology.queues) {
    if (queue.consume == bridge::Consume::yes)
      batch = std::min<std::size_t>(batch, std::max<std::size_t>(queue.prefetch / 2, 1));
  }
  return batch;
}

// The tag a queue is consumed with is its number, so that a delivery finds its queue at once.
std::size_t number_of(std::string_view consumer_tag) {
  std::size_t number = 0;
  std::from_chars(consumer_tag.data(), consumer_tag.data() + consumer_tag.size(), number);
  return number;
}

}  // namespace

ConsumingDuty::ConsumingDuty(const Settings& settings)
    : settings_(settings), settlement_(batch_for(settings.topology)) {
  for (const bridge::Queue& queue : settings.topology.queues) {
    if (queue.consume == bridge::Consume::yes) subscriptions_.push_back({&queue});
  }
}

bool ConsumingDuty::settle(const bridge::Receipt& receipt, Verdict verdict) {
  const std::lock_guard lock(mutex_);
  commands_.push_back({receipt, verdict});
  // Who is rejected or returned does not wait for others.
  const bool wake = wake_at_ > 0 && (commands_.size() >= wake_at_ || verdict != Verdict::done);
  if (wake) wake_at_ = 0;
  return wake;
}

bool ConsumingDuty::want(bool consuming) {
  const std::lock_guard lock(mutex_);
  if (wish_ == Wish::end) return false;
  wish_ = consuming ? Wish::consume : Wish::pause;
  wish_changed_ = true;
  return std::exchange(wake_at_, 0) > 0;
}

void ConsumingDuty::end() {
  const std::lock_guard lock(mutex_);
  wish_ = Wish::end;
  wish_changed_ = true;
}

void ConsumingDuty::set_up(Connection& connection) {
  ++link_;
  settlement_.begin();
  unsettled_.store(0);
  cancels_ = 0;
  quiet_.store(true);
  incoming_ = {};
  body_left_ = 0;
  in_content_ = false;
  queue_is_gone_ = false;
  subscribed_ = false;
  for (Subscription& subscription : subscriptions_) subscription.active = false;
  bool consume = false;
  {
    const std::lock_guard lock(mutex_);
    consume = wish_ == Wish::consume;
    wish_changed_ = false;
  }
  if (consume) subscribe(connection);
}

void ConsumingDuty::subscribe(Connection& connection) {
  subscribed_ = true;
  quiet_.store(false);
  const auto other = [&](const amqp_frame_t& frame) { handle(connection, frame); };
  for (std::size_t number = 0; number < subscriptions_.size(); ++number) {
    Subscription& subscription = subscriptions_[number];
    if (subscription.active) continue;
    const std::string tag = std::to_string(number);
    // Counts for the consumers that begin after it.
    connection.call(AMQP_BASIC_QOS_METHOD, amqp_basic_qos_t{0, subscription.queue->prefetch, 0}, other);
    const amqp_basic_consume_t consume{
        0, bytes_of(subscription.queue->name), bytes_of(tag), 0, 0, 0, 0, amqp_empty_table};
    subscription.active = true;
    const Connection::Answer answer = connection.call(AMQP_BASIC_CONSUME_METHOD, consume, other);
    if (!answer.refused.empty()) {
      throw settings_failure(fmt::format("the queue '{}' cannot be consumed: {} {}", subscription.queue->name,
                                         answer.code, answer.refused));
    }
  }
}

void ConsumingDuty::unsubscribe(Connection& connection) {
  subscribed_ = false;
  for (std::size_t number = 0; number < subscriptions_.size(); ++number) {
    if (!std::exchange(subscriptions_[number].active, false)) continue;
    const std::string tag = std::to_string(number);
    connection.send(AMQP_BASIC_CANCEL_METHOD, amqp_basic_cancel_t{bytes_of(tag), 0});
    ++cancels_;
  }
  note_quiet();
}

// What the broker sent before it heard of the end came before its answer.
void ConsumingDuty::note_quiet() {
  if (cancels_ > 0 || subscribed_ || quiet_.exchange(true)) return;
  changed_();
}

void ConsumingDuty::restore_queues(Connection& connection) {
  queue_is_gone_ = false;
  declare(connection, settings_.topology, [&](const amqp_frame_t& frame) { handle(connection, frame); });
  if (subscribed_) subscribe(connection);
}

void ConsumingDuty::handle(Connection& connection, const amqp_frame_t& frame) {
  switch (frame.frame_type) {
    case AMQP_FRAME_METHOD: on_method(connection, frame.payload.method); return;
    case AMQP_FRAME_HEADER: on_header(connection, frame); return;
    case AMQP_FRAME_BODY: on_body(connection, view_of(frame.payload.body_fragment)); return;
    default: return;
  }
}

void ConsumingDuty::on_method(Connection& connection, const amqp_method_t& method) {
  switch (method.id) {
    case AMQP_BASIC_DELIVER_METHOD: on_deliver(*static_cast<const amqp_basic_deliver_t*>(method.decoded)); return;
    case AMQP_BASIC_CANCEL_METHOD: {
      const auto& cancel = *static_cast<const amqp_basic_cancel_t*>(method.decoded);
      const std::size_t number = number_of(view_of(cancel.consumer_tag));
      if (number >= subscriptions_.size()) return;
      subscriptions_[number].active = false;
      queue_is_gone_ = true;
      settings_.log.warning("a queue was deleted at the broker, and what was in it is gone",
                            {{"queue", subscriptions_[number].queue->name}});
      return;
    }
    case AMQP_BASIC_CANCEL_OK_METHOD: cancels_ -= std::min<std::size_t>(cancels_, 1); return note_quiet();
    case AMQP_CHANNEL_CLOSE_METHOD: {
      const auto& close = *static_cast<const amqp_channel_close_t*>(method.decoded);
      const std::string text =
          fmt::format("the broker closed the channel: {} {}", close.reply_code, view_of(close.reply_text));
      connection.send(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t{});
      throw line_failure(text);
    }
    default: return;
  }
}

void ConsumingDuty::on_deliver(const amqp_basic_deliver_t& deliver) {
  const std::size_t number = number_of(view_of(deliver.consumer_tag));
  if (number >= subscriptions_.size()) throw line_failure("the broker delivered for a consumer that is none of ours");
  incoming_.queue = subscriptions_[number].queue->name;
  incoming_.exchange = text_of(deliver.exchange);
  incoming_.redelivered = deliver.redelivered != 0;
  incoming_.receipt = {link_, deliver.delivery_tag};
  incoming_.message.routing_key = text_of(deliver.routing_key);
  settlement_.received(deliver.delivery_tag);
  in_content_ = true;
}

void ConsumingDuty::on_header(Connection& connection, const amqp_frame_t& frame) {
  if (!in_content_) throw line_failure("the broker sent content without a delivery");
  check_class(frame);
  body_bytes_ = body_left_ = frame.payload.properties.body_size;
  skipped_ = body_bytes_ > settings_.options.max_message_bytes;
  if (!skipped_) {
    read_properties(*static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded), incoming_.message);
    // A size that is only claimed costs nothing yet.
    incoming_.message.body.reserve(std::min<std::size_t>(body_bytes_, spare_body));
  }
  if (body_left_ == 0) complete(connection);
}

void ConsumingDuty::on_body(Connection& connection, std::string_view fragment) {
  if (!in_content_ || fragment.size() > body_left_)
    throw line_failure("the broker sent a body that is longer than its header says");
  if (!skipped_) incoming_.message.body += fragment;
  body_left_ -= fragment.size();
  if (body_left_ == 0) complete(connection);
}

void ConsumingDuty::complete(Connection& connection) {
  in_content_ = false;
  bridge::Incoming incoming = std::exchange(incoming_, {});
  if (skipped_) {
    settlement_.settle(connection, incoming.receipt.tag, Verdict::reject);
    const auto now = Steady::now();
    if (now - complained_at_ < std::chrono::minutes{1}) return;
    complained_at_ = now;
    settings_.log.warning("a message is too large to be received and goes to the queue's dead letters",
                          {{"queue", incoming.queue},
                           {"routing_key", incoming.message.routing_key},
                           {"bytes", body_bytes_},
                           {"max_message_bytes", settings_.options.max_message_bytes}});
    return;
  }
  // While the bridge ends it goes back; left to the broker it would do so only some time after the line has gone.
  if (!subscribed_ && wish_is_end_) {
    settlement_.settle(connection, incoming.receipt.tag, Verdict::return_);
    return;
  }
  unsettled_.fetch_add(1);
  listener_->received(std::move(incoming));
}

void ConsumingDuty::work(Connection& connection) {
  bool changed = false;
  Wish wish{};
  {
    const std::lock_guard lock(mutex_);
    taken_.swap(commands_);
    changed = std::exchange(wish_changed_, false);
    wish = wish_;
  }
  // Before anything is returned, which would come again at once, and behind what came after it.
  if (changed && wish != Wish::consume) unsubscribe(connection);
  for (const Command& command : taken_) {
    if (command.receipt.link != link_) continue;
    if (settlement_.settle(connection, command.receipt.tag, command.verdict)) unsettled_.fetch_sub(1);
  }
  taken_.clear();
  wish_is_end_ = wish == Wish::end;
  if (changed && wish == Wish::consume && !subscribed_) {
    subscribe(connection);
    changed_();
  }
  if (queue_is_gone_ && wish != Wish::end) restore_queues(connection);
  if (wish == Wish::end && unsettled_.load() == 0) {
    settlement_.acknowledge_all(connection);
  } else {
    settlement_.acknowledge(connection, Steady::now());
  }
}

bool ConsumingDuty::lie_down(Steady::time_point& until) {
  const std::lock_guard lock(mutex_);
  if (wish_changed_ || (queue_is_gone_ && wish_ != Wish::end)) return false;
  const std::size_t waiting = settlement_.waiting();
  // A single one is enough to begin the wait for more of them.
  wake_at_ = waiting == 0 || wish_ == Wish::end ? 1 : settlement_.batch() - std::min(waiting, settlement_.batch() - 1);
  if (commands_.size() >= wake_at_) {
    wake_at_ = 0;
    return false;
  }
  until = std::min(until, settlement_.due());
  return true;
}

void ConsumingDuty::get_up() {
  const std::lock_guard lock(mutex_);
  wake_at_ = 0;
}

void ConsumingDuty::gone(const std::string&) {
  unsettled_.store(0);
  ++link_;  // no receipt is of the next one
  const std::lock_guard lock(mutex_);
  commands_.clear();
}

}  // namespace ashlar::rabbitmq
