#include "publishing_duty.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <functional>
#include <string_view>
#include <utility>

#include "failure.hpp"

namespace ashlar::rabbitmq {
namespace {

using Outcome = bridge::Sent::Outcome;

// More is not encoded before the socket has taken what is.
constexpr std::size_t enough_to_send = 256 * 1024;

// A return does not say which delivery it is of. Messages of one fingerprint are the same in all that matters, so it
// makes no difference which of them is told.
std::size_t fingerprint_of(const bridge::Message& message) {
  const std::hash<std::string_view> hash;
  return hash(message.routing_key) * 31 + hash(message.message_id.empty() ? message.body : message.message_id);
}

}  // namespace

PublishingDuty::PublishingDuty(const Options& options, const std::string& exchange)
    : max_message_bytes_(options.max_message_bytes), writer_(exchange), window_(options.window) {}

bool PublishingDuty::publish(const bridge::Message& message, bridge::Broker::Done done) {
  std::string refusal = why_not(message, max_message_bytes_);
  std::string why_lost;
  {
    const std::lock_guard lock(mutex_);
    if (door_ == Door::open) {
      Item item{.done = std::move(done),
                .fingerprint = fingerprint_of(message),
                .body_bytes = message.body.size(),
                .refusal = std::move(refusal)};
      if (item.refusal.empty()) item.frames = write_frames(message, item.refusal);
      unconfirmed_.fetch_add(1);
      queue_.list.push_back(std::move(item));
      return std::exchange(asleep_, false);
    }
    why_lost = why_closed_;
  }
  if (!refusal.empty()) {
    done({Outcome::refused, std::move(refusal)});
  } else {
    done({Outcome::lost, std::move(why_lost)});
  }
  return false;
}

// How many bytes they are. None where it cannot be done: `refusal` says why.
std::size_t PublishingDuty::write_frames(const bridge::Message& message, std::string& refusal) {
  const std::size_t before = queue_.frames.size();
  try {
    writer_.write(message, longest_frame_, queue_.frames);
  } catch (const std::exception& error) {
    queue_.frames.cut(before);
    refusal = error.what();
  }
  return queue_.frames.size() - before;
}

void PublishingDuty::end() {
  const std::lock_guard lock(mutex_);
  door_ = Door::ended;
  why_closed_ = "the bridge has ended";
}

void PublishingDuty::set_up(Connection& connection) {
  const Connection::Answer answer = connection.call(AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t{});
  if (!answer.refused.empty()) throw settings_failure("the broker confirms nothing: " + answer.refused);
  first_tag_ = next_tag_ = 1;
  const std::lock_guard lock(mutex_);
  longest_frame_ = connection.longest_frame();
  if (door_ != Door::ended) door_ = Door::open;
}

void PublishingDuty::handle(Connection& connection, const amqp_frame_t& frame) {
  switch (frame.frame_type) {
    case AMQP_FRAME_METHOD: on_method(connection, frame.payload.method); return;
    case AMQP_FRAME_HEADER: {
      check_class(frame);
      const auto& properties = *static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded);
      returned_.message_id =
          (properties._flags & AMQP_BASIC_MESSAGE_ID_FLAG) != 0 ? text_of(properties.message_id) : std::string{};
      return_left_ = frame.payload.properties.body_size;
      if (return_left_ == 0) on_returned();
      return;
    }
    case AMQP_FRAME_BODY: {
      const std::string_view fragment = view_of(frame.payload.body_fragment);
      if (fragment.size() > return_left_) throw line_failure("the broker returned more than its header says");
      returned_.body += fragment;
      return_left_ -= std::min<std::uint64_t>(return_left_, fragment.size());
      if (return_left_ == 0) on_returned();
      return;
    }
    default: return;
  }
}

void PublishingDuty::on_method(Connection& connection, const amqp_method_t& method) {
  switch (method.id) {
    case AMQP_BASIC_ACK_METHOD: {
      const auto& ack = *static_cast<const amqp_basic_ack_t*>(method.decoded);
      on_confirm(ack.delivery_tag, ack.multiple != 0, Outcome::confirmed);
      return;
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& nack = *static_cast<const amqp_basic_nack_t*>(method.decoded);
      on_confirm(nack.delivery_tag, nack.multiple != 0, Outcome::refused);
      return;
    }
    case AMQP_BASIC_RETURN_METHOD: {
      const auto& returned = *static_cast<const amqp_basic_return_t*>(method.decoded);
      returned_ = {text_of(returned.routing_key), {}};
      return_reason_ = fmt::format("no queue takes the routing key '{}': {} {}", returned_.routing_key,
                                   returned.reply_code, view_of(returned.reply_text));
      return;
    }
    case AMQP_CHANNEL_CLOSE_METHOD: {
      const auto& close = *static_cast<const amqp_channel_close_t*>(method.decoded);
      const std::string text =
          fmt::format("the broker closed the channel: {} {}", close.reply_code, view_of(close.reply_text));
      if (close.reply_code == AMQP_PRECONDITION_FAILED) refuse_too_large(view_of(close.reply_text));
      connection.send(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t{});
      throw line_failure(text);
    }
    default: return;
  }
}

void PublishingDuty::on_returned() {
  const std::size_t fingerprint = fingerprint_of(returned_);
  for (std::uint64_t tag = first_tag_; tag < next_tag_; ++tag) {
    Pending& one = pending(tag);
    if (!one.done || one.fingerprint != fingerprint || !one.returned.empty()) continue;
    one.returned = std::move(return_reason_);
    returned_ = {};
    return;
  }
  throw line_failure("the broker returned what was not published");
}

// The broker closes the channel over a message that is larger than it allows. Told to be lost it would be published
// again, and close the channel again.
void PublishingDuty::refuse_too_large(std::string_view problem) {
  static constexpr std::string_view begin = "message size ";
  const std::size_t at = problem.find(begin);
  if (at == std::string_view::npos) return;
  const std::string_view number = problem.substr(at + begin.size());
  std::size_t size = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), size).ec != std::errc()) return;
  for (std::uint64_t tag = first_tag_; tag < next_tag_; ++tag) {
    Pending& one = pending(tag);
    if (!one.done || one.body_bytes != size) continue;
    finish(std::exchange(one.done, nullptr),
           {Outcome::refused, fmt::format("the broker does not take it: {}", problem)});
  }
}

void PublishingDuty::on_confirm(std::uint64_t tag, bool multiple, Outcome outcome) {
  if (tag >= next_tag_) throw line_failure("the broker confirmed what was not published");
  for (std::uint64_t one = multiple ? first_tag_ : std::max(tag, first_tag_); one <= tag; ++one) settle(one, outcome);
  while (first_tag_ < next_tag_ && !pending(first_tag_).done) ++first_tag_;
}

void PublishingDuty::settle(std::uint64_t tag, Outcome outcome) {
  Pending& one = pending(tag);
  if (!one.done) return;
  const bridge::Broker::Done done = std::exchange(one.done, nullptr);
  if (!one.returned.empty()) {
    finish(done, {Outcome::returned, std::exchange(one.returned, {})});
  } else if (outcome == Outcome::confirmed) {
    finish(done, {});
  } else {
    finish(done, {outcome, "the broker does not take it (basic.nack): a queue is full, or cannot work now"});
  }
}

void PublishingDuty::finish(const bridge::Broker::Done& done, bridge::Sent sent) {
  done(std::move(sent));
  unconfirmed_.fetch_sub(1);
}

void PublishingDuty::work(Connection& connection) {
  stuck_ = false;
  for (;;) {
    if (next_taken_ == taken_.list.size()) {
      taken_.list.clear();
      next_taken_ = 0;
      const std::lock_guard lock(mutex_);
      if (queue_.list.empty()) return;
      std::swap(taken_, queue_);
    }
    Item& item = taken_.list[next_taken_];
    if (!item.refusal.empty()) {
      ++next_taken_;
      finish(item.done, {Outcome::refused, std::move(item.refusal)});
      continue;
    }
    if (!connection.blocked().empty() || next_tag_ - first_tag_ >= window_.size()) {
      stuck_ = true;
      return;
    }
    if (connection.out().size() >= enough_to_send) {
      connection.flush();
      if (connection.out().size() >= enough_to_send) {
        stuck_ = true;
        return;
      }
    }
    connection.out().frames(taken_.frames.bytes().first(item.frames));
    taken_.frames.sent(item.frames);
    Pending& one = pending(next_tag_++);
    one.done = std::move(item.done);
    one.fingerprint = item.fingerprint;
    one.body_bytes = item.body_bytes;
    one.returned.clear();
    ++next_taken_;
  }
}

bool PublishingDuty::lie_down(Steady::time_point&) {
  const std::lock_guard lock(mutex_);
  if (!stuck_ && !queue_.list.empty()) return false;
  // What is stuck is not helped by more of it.
  asleep_ = !stuck_;
  return true;
}

void PublishingDuty::get_up() {
  const std::lock_guard lock(mutex_);
  asleep_ = false;
}

void PublishingDuty::gone(const std::string& reason) {
  Items waiting;
  {
    const std::lock_guard lock(mutex_);
    if (door_ != Door::ended) {
      door_ = Door::closed;
      why_closed_ = reason;
    }
    std::swap(waiting, queue_);
  }
  for (; first_tag_ < next_tag_; ++first_tag_) {
    Pending& one = pending(first_tag_);
    if (!one.done) continue;
    one.returned.clear();
    finish(std::exchange(one.done, nullptr), {Outcome::lost, reason});
  }
  const auto lose = [&](Item& item) {
    if (item.refusal.empty()) {
      finish(item.done, {Outcome::lost, reason});
    } else {
      finish(item.done, {Outcome::refused, std::move(item.refusal)});
    }
  };
  for (; next_taken_ < taken_.list.size(); ++next_taken_) lose(taken_.list[next_taken_]);
  for (Item& item : waiting.list) lose(item);
  taken_ = {};
  next_taken_ = 0;
}

}  // namespace ashlar::rabbitmq
