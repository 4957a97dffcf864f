#include "out_buffer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "failure.hpp"

namespace ashlar::rabbitmq {
namespace {

constexpr std::size_t header_size = 7;
constexpr std::size_t footer_size = 1;
constexpr char footer = static_cast<char>(AMQP_FRAME_END);
// Arguments of a method: names of at most 255 bytes, and our own small tables.
constexpr std::size_t longest_method = 16 * 1024;
constexpr std::size_t spare_size = 16 * 1024 * 1024;

template <class Number>
void put(char* at, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) {
    at[i] = static_cast<char>(number >> (8 * (sizeof number - 1 - i)) & 0xff);
  }
}

int checked(int result) {
  if (result < 0) throw line_failure(fmt::format("a frame cannot be written: {}", ::amqp_error_string2(result)));
  return result;
}

}  // namespace

void OutBuffer::method(std::uint16_t channel, amqp_method_number_t number, void* decoded) {
  char* at = room(header_size + 4 + longest_method + footer_size);
  put(at + header_size, static_cast<std::uint32_t>(number));
  const int size = checked(::amqp_encode_method(number, decoded, {longest_method, at + header_size + 4}));
  put_frame_header(at, AMQP_FRAME_METHOD, channel, static_cast<std::size_t>(size) + 4);
  finish_frame(static_cast<std::size_t>(size) + 4);
}

void OutBuffer::content_header(std::uint16_t channel, std::uint64_t body_size, amqp_basic_properties_t& properties,
                               std::size_t longest_properties) {
  char* at = room(header_size + 12 + longest_properties + footer_size);
  put(at + header_size, std::uint16_t{AMQP_BASIC_CLASS});
  put(at + header_size + 2, std::uint16_t{0});
  put(at + header_size + 4, body_size);
  const int size =
      checked(::amqp_encode_properties(AMQP_BASIC_CLASS, &properties, {longest_properties, at + header_size + 12}));
  put_frame_header(at, AMQP_FRAME_HEADER, channel, static_cast<std::size_t>(size) + 12);
  finish_frame(static_cast<std::size_t>(size) + 12);
}

void OutBuffer::body(std::uint16_t channel, std::string_view fragment) {
  char* at = room(header_size + fragment.size() + footer_size);
  put_frame_header(at, AMQP_FRAME_BODY, channel, fragment.size());
  std::memcpy(at + header_size, fragment.data(), fragment.size());
  finish_frame(fragment.size());
}

void OutBuffer::heartbeat() {
  put_frame_header(room(header_size + footer_size), AMQP_FRAME_HEARTBEAT, 0, 0);
  finish_frame(0);
}

void OutBuffer::protocol_header() {
  std::memcpy(room(8), "AMQP\0\0\x09\x01", 8);
  end_ += 8;
}

void OutBuffer::frames(std::span<const char> bytes) {
  std::copy(bytes.begin(), bytes.end(), room(bytes.size()));
  end_ += bytes.size();
}

void OutBuffer::sent(std::size_t size) {
  begin_ += size;
  if (begin_ < end_) return;
  begin_ = end_ = 0;
  // A large message is not paid for until the end of the connection.
  if (bytes_.size() > spare_size) std::vector<char>().swap(bytes_);
}

char* OutBuffer::room(std::size_t size) {
  if (bytes_.size() - end_ < size && begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (bytes_.size() - end_ < size) bytes_.resize(std::max(end_ + size, bytes_.size() + bytes_.size() / 2));
  return bytes_.data() + end_;
}

void OutBuffer::put_frame_header(char* at, std::uint8_t type, std::uint16_t channel, std::size_t size) {
  at[0] = static_cast<char>(type);
  put(at + 1, channel);
  put(at + 3, static_cast<std::uint32_t>(size));
}

void OutBuffer::finish_frame(std::size_t payload) {
  bytes_[end_ + header_size + payload] = footer;
  end_ += header_size + payload + footer_size;
}

}  // namespace ashlar::rabbitmq
