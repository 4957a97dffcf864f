#pragma once

#include <array>
#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "amqp.hpp"
#include "interrupt.hpp"
#include "line.hpp"
#include "out_buffer.hpp"
#include "url.hpp"

namespace ashlar::rabbitmq {

// One connection that is logged in. rabbitmq-c encodes and decodes; the socket is ours, so nothing here waits but the
// constructor, call() and close(), and these no longer than they are told. One thread. Throws Failure, and Stopped
// where it waits.
class Connection {
 public:
  static constexpr std::uint16_t channel = 1;

  Connection(const Endpoint& endpoint, const Options& options, const std::string& name, Interrupt& interrupt);

  // The next frame of our channel, if one is here; its memory is good until the next call. What concerns the connection
  // itself is dealt with inside.
  const amqp_frame_t* next();

  OutBuffer& out() { return out_; }
  template <class Method>
  void send(amqp_method_number_t number, Method method) {
    out_.method(channel, number, &method);
  }

  // Sends a method and waits for its answer. A channel that the broker closes meanwhile is answered and stays closed:
  // `refused` is then the broker's text.
  struct Answer {
    amqp_method_number_t number = 0;
    int code = 0;
    std::string refused;
  };
  template <class Method>
  Answer call(amqp_method_number_t number, Method method, const std::function<void(const amqp_frame_t&)>& other = {}) {
    out_.method(channel, number, &method);
    return answer_to(number, other);
  }
  void open_channel();

  // What is due by the clock, and as much of what waits as the socket takes. Throws where the line has been silent too
  // long.
  void flush();
  // When flush() is due again.
  Steady::time_point next_flush() const;
  bool wants_to_write() const { return out_.size() > 0 || line_.holds_back(); }
  int fd() const { return line_.fd(); }

  // The broker takes no messages; empty: it does.
  const std::string& blocked() const { return blocked_; }
  std::size_t longest_frame() const { return longest_frame_; }

  // In order, and no longer than until `deadline`; throws nothing.
  void close(Steady::time_point deadline) noexcept;

 private:
  void log_in(const Endpoint& endpoint, const std::string& name, Steady::time_point deadline);
  bool read_frame();
  const amqp_frame_t* frame_before(Steady::time_point deadline, const std::string& late);
  void expect(const amqp_frame_t* frame, amqp_method_number_t number, const char* what) const;
  void on_connection_method();
  Answer answer_to(amqp_method_number_t number, const std::function<void(const amqp_frame_t&)>& other);

  struct Destroy {
    void operator()(amqp_connection_state_t state) const { ::amqp_destroy_connection(state); }
  };

  Interrupt& interrupt_;
  const std::chrono::milliseconds patience_;
  const std::chrono::milliseconds heartbeat_;
  Line line_;
  std::unique_ptr<amqp_connection_state_t_, Destroy> decoder_;
  OutBuffer out_;
  std::vector<char> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  amqp_frame_t frame_{};
  Steady::time_point last_read_;
  Steady::time_point last_sent_;
  std::size_t longest_frame_ = AMQP_DEFAULT_FRAME_SIZE;
  std::string blocked_;
  bool logging_in_ = true;
};

}  // namespace ashlar::rabbitmq
