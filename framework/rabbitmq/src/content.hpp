#pragma once

#include <ashlar/bridge/message.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "amqp.hpp"
#include "out_buffer.hpp"

namespace ashlar::rabbitmq {

// Why a message cannot be carried; empty: it can. Any thread.
std::string why_not(const bridge::Message& message, std::size_t max_message_bytes);

// Writes messages that why_not() has nothing against as frames. One thread.
class ContentWriter {
 public:
  explicit ContentWriter(std::string exchange) : exchange_(std::move(exchange)) {}
  void write(const bridge::Message& message, std::size_t longest_frame, OutBuffer& out);

 private:
  std::string exchange_;
  std::vector<amqp_table_entry_t> headers_;  // kept for its memory
};

// Throws Failure for a content header whose properties are not those that we read: they lie elsewhere in memory.
void check_class(const amqp_frame_t& header);

// The properties of what has come; routing key and body stay as they are.
void read_properties(const amqp_basic_properties_t& properties, bridge::Message& message);

}  // namespace ashlar::rabbitmq
