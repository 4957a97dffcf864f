#pragma once

// rabbitmq-c moved its headers in 0.12.
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#endif

#include <string>
#include <string_view>

namespace ashlar::rabbitmq {

// The text has to outlive what is returned.
inline amqp_bytes_t bytes_of(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

inline std::string_view view_of(const amqp_bytes_t& bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

inline std::string text_of(const amqp_bytes_t& bytes) { return std::string(view_of(bytes)); }

}  // namespace ashlar::rabbitmq
