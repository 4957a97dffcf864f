// rabbitmq-c by itself: one thread that reads before it writes, and writes only what the socket has room for.

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_tcp_socket.h>
#endif

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "bridge_bench.hpp"

namespace bench {

namespace {

constexpr int most_in_socket = 64 * 1024;
constexpr std::uint16_t prefetch = 1'000;
constexpr std::uint64_t acked_at_once = 100;

amqp_bytes_t bytes(const std::string& text) { return {text.size(), const_cast<char*>(text.data())}; }

void check(const amqp_rpc_reply_t& reply) {
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) throw std::runtime_error("the broker refuses what the benchmark asks");
}

void check(int status) {
  if (status != AMQP_STATUS_OK) throw std::runtime_error(::amqp_error_string2(status));
}

// The properties that the bridge would send, encoded from `message`, which outlives them.
struct Properties {
  explicit Properties(const ashlar::bridge::Message& message) {
    made._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TYPE_FLAG |
                  AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG |
                  AMQP_BASIC_APP_ID_FLAG | AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_HEADERS_FLAG;
    made.delivery_mode = AMQP_DELIVERY_PERSISTENT;
    made.message_id = bytes(message.message_id);
    made.type = bytes(message.type);
    made.content_type = bytes(message.content_type);
    made.content_encoding = bytes(message.content_encoding);
    made.correlation_id = bytes(message.correlation_id);
    made.app_id = bytes(message.app_id);
    made.timestamp = static_cast<std::uint64_t>(message.timestamp_s.value_or(0));
    for (const auto& [name, value] : message.headers) {
      amqp_table_entry_t& entry = headers.emplace_back();
      entry.key = bytes(name);
      if (const auto* text = std::get_if<std::string>(&value)) {
        entry.value.kind = AMQP_FIELD_KIND_UTF8;
        entry.value.value.bytes = bytes(*text);
      } else {
        entry.value.kind = AMQP_FIELD_KIND_I64;
        entry.value.value.i64 = std::get<std::int64_t>(value);
      }
    }
    made.headers = {static_cast<int>(headers.size()), headers.data()};
  }

  amqp_basic_properties_t made{};
  std::vector<amqp_table_entry_t> headers;
};

}  // namespace

struct RawLine::State {
  amqp_connection_state_t line = ::amqp_new_connection();
  amqp_frame_t frame{};
  std::uint64_t next_tag = 1;
  std::uint64_t first_tag = 1;  // the oldest that is not confirmed
  std::vector<char> confirmed;  // by tag
  bool confirms = false;

  ~State() { ::amqp_destroy_connection(line); }
  void check_last() const { check(::amqp_get_rpc_reply(line)); }

  // False: nothing is here.
  bool read() {
    timeval none{};
    const int status = ::amqp_simple_wait_frame_noblock(line, &frame, &none);
    if (status == AMQP_STATUS_TIMEOUT) return false;
    check(status);
    return true;
  }

  void note_confirm() {
    if (frame.frame_type != AMQP_FRAME_METHOD) return;
    if (frame.payload.method.id != AMQP_BASIC_ACK_METHOD) throw std::runtime_error("a message was not confirmed");
    const auto& ack = *static_cast<const amqp_basic_ack_t*>(frame.payload.method.decoded);
    for (std::uint64_t tag = ack.multiple ? first_tag : ack.delivery_tag; tag <= ack.delivery_tag; ++tag) {
      confirmed[tag % confirmed.size()] = 1;
    }
    while (first_tag < next_tag && confirmed[first_tag % confirmed.size()] != 0) ++first_tag;
  }

  bool has_room() const {
    int waiting = 0;
    ::ioctl(::amqp_get_sockfd(line), SIOCOUTQNSD, &waiting);
    return waiting < most_in_socket;
  }

  void wait(bool for_room) const {
    if (::amqp_frames_enqueued(line) || ::amqp_data_in_buffer(line)) return;
    pollfd one{::amqp_get_sockfd(line), static_cast<short>(for_room ? POLLIN | POLLOUT : POLLIN), 0};
    ::poll(&one, 1, 1'000);
  }
};

RawLine::RawLine(const Bench& bench) : state_(std::make_unique<State>()) {
  amqp_socket_t* socket = ::amqp_tcp_socket_new(state_->line);
  check(::amqp_socket_open(socket, "127.0.0.1", bench.server.port()));
  check(::amqp_login(state_->line, bench.vhost.c_str(), 0, 131'072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"));
  ::amqp_channel_open(state_->line, 1);
  state_->check_last();
  // So that poll() and has_room() mean the same.
  ::setsockopt(::amqp_get_sockfd(state_->line), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most_in_socket, sizeof most_in_socket);
}

RawLine::~RawLine() = default;

void RawLine::remove_queue() {
  for (const char* name : {queue, "bench.dead"}) {
    ::amqp_queue_delete(state_->line, 1, amqp_cstring_bytes(name), 0, 0);
    state_->check_last();
  }
}

void RawLine::purge() {
  ::amqp_queue_purge(state_->line, 1, amqp_cstring_bytes(queue));
  state_->check_last();
}

Measured RawLine::publish(std::int64_t events, std::int64_t window) {
  State& state = *state_;
  if (!std::exchange(state.confirms, true)) {
    ::amqp_confirm_select(state.line, 1);
    state.check_last();
  }
  std::vector<ashlar::bridge::Message> messages;
  std::vector<Properties> encoded;
  for (std::int64_t i = 0; i < 1'000; ++i) messages.push_back(order_message(i));
  for (const ashlar::bridge::Message& message : messages) encoded.emplace_back(message);
  const std::uint64_t end = state.next_tag + static_cast<std::uint64_t>(events);
  state.confirmed.assign(static_cast<std::size_t>(window), 0);

  const Stopwatch watch;
  while (state.first_tag < end) {
    while (state.read()) {
      state.note_confirm();
      ::amqp_maybe_release_buffers(state.line);
    }
    bool room = true;
    while (state.next_tag < end && state.next_tag - state.first_tag < state.confirmed.size() &&
           (room = state.has_room())) {
      const std::size_t number = state.next_tag % messages.size();
      const ashlar::bridge::Message& message = messages[number];
      check(::amqp_basic_publish(state.line, 1, amqp_cstring_bytes(exchange), bytes(message.routing_key), 1, 0,
                                 &encoded[number].made, bytes(message.body)));
      state.confirmed[state.next_tag++ % state.confirmed.size()] = 0;
    }
    if (state.first_tag < end) state.wait(!room);
  }
  return Measured::by(events, watch);
}

Measured RawLine::consume(std::int64_t events) {
  State& state = *state_;
  ::amqp_basic_qos(state.line, 1, 0, prefetch, 0);
  state.check_last();
  ::amqp_basic_consume(state.line, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
  state.check_last();
  const Stopwatch watch;
  std::string body;
  std::uint64_t left = 0;
  std::uint64_t tag = 0;
  for (std::int64_t done = 0; done < events;) {
    check(::amqp_simple_wait_frame(state.line, &state.frame));
    if (state.frame.frame_type == AMQP_FRAME_METHOD) {
      tag = static_cast<const amqp_basic_deliver_t*>(state.frame.payload.method.decoded)->delivery_tag;
    } else if (state.frame.frame_type == AMQP_FRAME_HEADER) {
      body.clear();
      left = state.frame.payload.properties.body_size;
    } else if (state.frame.frame_type == AMQP_FRAME_BODY) {
      const amqp_bytes_t fragment = state.frame.payload.body_fragment;
      body.append(static_cast<const char*>(fragment.bytes), fragment.len);
      left -= fragment.len;
      if (left > 0) continue;
      ++done;
      if (tag % acked_at_once == 0 || done == events) check(::amqp_basic_ack(state.line, 1, tag, 1));
      ::amqp_maybe_release_buffers(state.line);
    }
  }
  return Measured::by(events, watch);
}

Contender raw_publishing(const Bench& bench, std::string figure, std::int64_t events, int window) {
  const auto line = std::make_shared<std::unique_ptr<RawLine>>();
  return {.figure = std::move(figure),
          .work = [=] { return (*line)->publish(events, window); },
          .prepare = [=, &bench] { *line = std::make_unique<RawLine>(bench); }};
}

Contender raw_consuming(const Bench& bench, std::string figure, std::int64_t events) {
  const auto line = std::make_shared<std::unique_ptr<RawLine>>();
  return {.figure = std::move(figure),
          .work =
              [=] {
                const Measured measured = (*line)->consume(events);
                line->reset();
                return measured;
              },
          .prepare =
              [=, &bench] {
                fill_queue(bench, events);
                *line = std::make_unique<RawLine>(bench);
              }};
}

}  // namespace bench
