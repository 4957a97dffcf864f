#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "amqp.hpp"

namespace ashlar::rabbitmq {

// Frames that wait to be sent. A frame is in it whole or not at all. Throws Failure for what does not fit a frame.
class OutBuffer {
 public:
  void method(std::uint16_t channel, amqp_method_number_t number, void* decoded);
  void content_header(std::uint16_t channel, std::uint64_t body_size, amqp_basic_properties_t& properties,
                      std::size_t longest_properties);
  void body(std::uint16_t channel, std::string_view fragment);
  void heartbeat();
  void protocol_header();
  // Whole frames that were written elsewhere.
  void frames(std::span<const char> bytes);
  // Keeps the first `size` bytes alone.
  void cut(std::size_t size) { end_ = begin_ + size; }

  std::span<const char> bytes() const { return {bytes_.data() + begin_, end_ - begin_}; }
  std::size_t size() const { return end_ - begin_; }
  void sent(std::size_t size);

 private:
  char* room(std::size_t size);
  void put_frame_header(char* at, std::uint8_t type, std::uint16_t channel, std::size_t size);
  void finish_frame(std::size_t payload);

  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace ashlar::rabbitmq
