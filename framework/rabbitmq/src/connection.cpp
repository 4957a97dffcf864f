#include "connection.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "failure.hpp"

namespace ashlar::rabbitmq {
namespace {

constexpr std::size_t read_size = 128 * 1024;

amqp_table_entry_t entry(std::string_view key, std::string_view value) {
  amqp_table_entry_t made{};
  made.key = bytes_of(key);
  made.value.kind = AMQP_FIELD_KIND_UTF8;
  made.value.value.bytes = bytes_of(value);
  return made;
}

amqp_table_entry_t capability(std::string_view key) {
  amqp_table_entry_t made{};
  made.key = bytes_of(key);
  made.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  made.value.value.boolean = 1;
  return made;
}

// What somebody has to change, here or at the broker; the rest comes and goes.
Failure::Kind kind_of(int code) {
  switch (code) {
    case AMQP_ACCESS_REFUSED:
    case AMQP_NOT_FOUND:
    case AMQP_PRECONDITION_FAILED:
    case AMQP_NOT_ALLOWED:
    case AMQP_NOT_IMPLEMENTED: return Failure::Kind::settings;
    default: return Failure::Kind::line;
  }
}

}  // namespace

Connection::Connection(const Endpoint& endpoint, const Options& options, const std::string& name, Interrupt& interrupt)
    : interrupt_(interrupt),
      patience_(options.connect_timeout),
      heartbeat_(options.heartbeat),
      line_(endpoint, options.tls, Steady::now() + options.connect_timeout, interrupt),
      decoder_(::amqp_new_connection()),
      in_(read_size),
      last_read_(Steady::now()),
      last_sent_(last_read_) {
  if (!decoder_) throw line_failure("no memory for a connection");
  log_in(endpoint, name, Steady::now() + patience_);
  logging_in_ = false;
}

void Connection::log_in(const Endpoint& endpoint, const std::string& name, Steady::time_point deadline) {
  static const std::string late = "the broker accepted the line and then said nothing (login)";
  out_.protocol_header();
  flush();
  expect(frame_before(deadline, late), AMQP_CONNECTION_START_METHOD, "connection.start");

  std::array capabilities{capability("publisher_confirms"), capability("basic.nack"), capability("connection.blocked"),
                          capability("consumer_cancel_notify"), capability("authentication_failure_close")};
  std::array properties{entry("product", "ashlar"), entry("connection_name", name), amqp_table_entry_t{}};
  properties[2].key = bytes_of("capabilities");
  properties[2].value.kind = AMQP_FIELD_KIND_TABLE;
  properties[2].value.value.table = {static_cast<int>(capabilities.size()), capabilities.data()};
  using namespace std::string_literals;
  const std::string response = "\0"s + endpoint.user + "\0"s + endpoint.password;
  amqp_connection_start_ok_t start_ok{{static_cast<int>(properties.size()), properties.data()},
                                      bytes_of("PLAIN"),
                                      bytes_of(response),
                                      bytes_of("en_US")};
  out_.method(0, AMQP_CONNECTION_START_OK_METHOD, &start_ok);
  flush();

  const amqp_frame_t* frame = frame_before(deadline, late);
  expect(frame, AMQP_CONNECTION_TUNE_METHOD, "connection.tune");
  const auto& tune = *static_cast<const amqp_connection_tune_t*>(frame->payload.method.decoded);
  const std::uint32_t theirs = tune.frame_max == 0 ? AMQP_DEFAULT_FRAME_SIZE : tune.frame_max;
  if (theirs < AMQP_FRAME_MIN_SIZE)
    throw line_failure("the broker's largest frame is smaller than the protocol allows");
  longest_frame_ = std::min<std::size_t>(theirs, AMQP_DEFAULT_FRAME_SIZE);
  const auto heartbeat_s = std::chrono::duration_cast<std::chrono::seconds>(heartbeat_).count();
  amqp_connection_tune_ok_t tune_ok{1, static_cast<std::uint32_t>(longest_frame_),
                                    static_cast<std::uint16_t>(heartbeat_s)};
  if (::amqp_tune_connection(decoder_.get(), 1, static_cast<int>(longest_frame_), 0) != AMQP_STATUS_OK) {
    throw line_failure("no memory for a connection");
  }
  amqp_connection_open_t open{bytes_of(endpoint.vhost), amqp_empty_bytes, 0};
  out_.method(0, AMQP_CONNECTION_TUNE_OK_METHOD, &tune_ok);
  out_.method(0, AMQP_CONNECTION_OPEN_METHOD, &open);
  flush();
  expect(frame_before(deadline, late), AMQP_CONNECTION_OPEN_OK_METHOD, "connection.open-ok");
}

const amqp_frame_t* Connection::frame_before(Steady::time_point deadline, const std::string& late) {
  for (;;) {
    if (read_frame()) return &frame_;
    if (interrupt_.stopping()) throw Stopped{};
    if (Steady::now() >= deadline) throw line_failure(late);
    flush();
    const short events = wants_to_write() ? POLLIN | POLLOUT : POLLIN;
    interrupt_.wait(line_.fd(), events, std::min(deadline, next_flush()));
  }
}

void Connection::expect(const amqp_frame_t* frame, amqp_method_number_t number, const char* what) const {
  if (frame->frame_type == AMQP_FRAME_METHOD && frame->payload.method.id == number) return;
  if (frame->frame_type == AMQP_FRAME_METHOD && frame->payload.method.id == AMQP_CONNECTION_SECURE_METHOD) {
    throw settings_failure("the broker asks for more than a user and a password (connection.secure)");
  }
  throw line_failure(fmt::format("the broker does not speak AMQP 0-9-1 as expected: no {} came", what));
}

// Also tells in frame_ what the frame is; false: nothing whole is here.
bool Connection::read_frame() {
  ::amqp_maybe_release_buffers(decoder_.get());
  for (;;) {
    while (in_begin_ < in_end_) {
      const amqp_bytes_t input{in_end_ - in_begin_, in_.data() + in_begin_};
      const int used = ::amqp_handle_input(decoder_.get(), input, &frame_);
      if (used < 0) throw line_failure(fmt::format("the broker sent no AMQP 0-9-1: {}", ::amqp_error_string2(used)));
      in_begin_ += static_cast<std::size_t>(used);
      switch (frame_.frame_type) {
        case 0:
        case AMQP_FRAME_HEARTBEAT: break;
        case AMQP_FRAME_METHOD:
        case AMQP_FRAME_HEADER:
        case AMQP_FRAME_BODY:
          if (frame_.channel == 0 && !logging_in_) {
            on_connection_method();
            break;
          }
          if (frame_.channel == 0 && frame_.frame_type == AMQP_FRAME_METHOD &&
              frame_.payload.method.id == AMQP_CONNECTION_CLOSE_METHOD) {
            on_connection_method();
          }
          return true;
        default: throw line_failure("the other side speaks another version of AMQP than 0-9-1");
      }
    }
    try {
      in_begin_ = 0;
      in_end_ = line_.read(in_);
    } catch (const Failure& failure) {
      in_end_ = 0;
      if (!logging_in_) throw;
      const char* hint = line_.has_tls() ? "" : " (is it a port of TLS, for which the URL begins with amqps://?)";
      throw Failure(failure.kind(), fmt::format("{} during login{}", failure.what(), hint));
    }
    if (in_end_ == 0) return false;
    last_read_ = Steady::now();
  }
}

const amqp_frame_t* Connection::next() { return read_frame() ? &frame_ : nullptr; }

void Connection::on_connection_method() {
  if (frame_.frame_type != AMQP_FRAME_METHOD) return;
  switch (frame_.payload.method.id) {
    case AMQP_CONNECTION_BLOCKED_METHOD:
      blocked_ = text_of(static_cast<const amqp_connection_blocked_t*>(frame_.payload.method.decoded)->reason);
      if (blocked_.empty()) blocked_ = "no reason given";
      return;
    case AMQP_CONNECTION_UNBLOCKED_METHOD: blocked_.clear(); return;
    case AMQP_CONNECTION_CLOSE_METHOD: {
      const auto& close = *static_cast<const amqp_connection_close_t*>(frame_.payload.method.decoded);
      const int code = close.reply_code;
      const std::string text = fmt::format("the broker closed the connection: {} {}", code, view_of(close.reply_text));
      amqp_connection_close_ok_t close_ok{};
      out_.method(0, AMQP_CONNECTION_CLOSE_OK_METHOD, &close_ok);
      line_.write(out_.bytes());
      throw Failure(kind_of(code), text);
    }
    default: return;
  }
}

Connection::Answer Connection::answer_to(amqp_method_number_t number,
                                         const std::function<void(const amqp_frame_t&)>& other) {
  flush();
  const auto deadline = Steady::now() + patience_;
  const std::string late = fmt::format("the broker does not answer to {}", ::amqp_method_name(number));
  for (;;) {
    const amqp_frame_t& frame = *frame_before(deadline, late);
    if (frame.frame_type == AMQP_FRAME_METHOD) {
      // Every answer's number is its question's with the lowest bit of the method set.
      if (frame.payload.method.id == number + 1) return {number + 1, 0, {}};
      if (frame.payload.method.id == AMQP_CHANNEL_CLOSE_METHOD) {
        const auto& close = *static_cast<const amqp_channel_close_t*>(frame.payload.method.decoded);
        Answer answer{AMQP_CHANNEL_CLOSE_METHOD, close.reply_code, text_of(close.reply_text)};
        send(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t{});
        return answer;
      }
    }
    if (other) other(frame);
  }
}

void Connection::open_channel() {
  const Answer answer = call(AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t{});
  if (!answer.refused.empty()) throw Failure(kind_of(answer.code), "the broker opens no channel: " + answer.refused);
}

void Connection::flush() {
  const auto now = Steady::now();
  if (now - last_read_ > 2 * heartbeat_) {
    throw line_failure(fmt::format("the broker has said nothing for {} s (twice the heartbeat)",
                                   std::chrono::duration_cast<std::chrono::seconds>(now - last_read_).count()));
  }
  if (out_.size() == 0 && now - last_sent_ >= heartbeat_ / 2 && !logging_in_) out_.heartbeat();
  if (line_.holds_back()) line_.write({});
  while (out_.size() > 0) {
    const std::size_t size = line_.write(out_.bytes());
    if (size == 0) return;
    out_.sent(size);
    last_sent_ = now;
  }
}

Steady::time_point Connection::next_flush() const {
  const auto silence = last_read_ + 2 * heartbeat_ + std::chrono::milliseconds{1};
  return wants_to_write() ? silence : std::min(last_sent_ + heartbeat_ / 2, silence);
}

void Connection::close(Steady::time_point deadline) noexcept {
  try {
    amqp_connection_close_t close{AMQP_REPLY_SUCCESS, bytes_of("bye"), 0, 0};
    out_.method(0, AMQP_CONNECTION_CLOSE_METHOD, &close);
    logging_in_ = true;  // so that the answer, on channel 0, is seen
    do {
      flush();
      while (read_frame()) {
        if (frame_.frame_type == AMQP_FRAME_METHOD && frame_.payload.method.id == AMQP_CONNECTION_CLOSE_OK_METHOD)
          return;
      }
      interrupt_.wait(line_.fd(), wants_to_write() ? POLLIN | POLLOUT : POLLIN, deadline);
    } while (Steady::now() < deadline);
  } catch (const Failure&) {
    return;  // it is gone already
  }
}

}  // namespace ashlar::rabbitmq
