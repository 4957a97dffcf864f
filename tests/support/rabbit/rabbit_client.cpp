#include "rabbit_client.hpp"
#include "patience.hpp"

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_tcp_socket.h>
#endif

#include <chrono>
#include <stdexcept>
#include <thread>

namespace {

amqp_bytes_t bytes(const std::string& text) { return {text.size(), const_cast<char*>(text.data())}; }
std::string text_of(const amqp_bytes_t& made) { return {static_cast<const char*>(made.bytes), made.len}; }

void check(const amqp_rpc_reply_t& reply) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
  if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION) {
    if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
      throw std::runtime_error(text_of(static_cast<amqp_channel_close_t*>(reply.reply.decoded)->reply_text));
    }
    if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
      throw std::runtime_error(text_of(static_cast<amqp_connection_close_t*>(reply.reply.decoded)->reply_text));
    }
  }
  throw std::runtime_error(::amqp_error_string2(reply.library_error));
}

}  // namespace

struct RabbitClient::State {
  amqp_connection_state_t connection = ::amqp_new_connection();
  ~State() { ::amqp_destroy_connection(connection); }
  void check_last() const { check(::amqp_get_rpc_reply(connection)); }
};

RabbitClient::RabbitClient(const RabbitControl& broker, const std::string& vhost) : state_(std::make_unique<State>()) {
  amqp_socket_t* socket = ::amqp_tcp_socket_new(state_->connection);
  if (::amqp_socket_open(socket, "127.0.0.1", broker.port()) != AMQP_STATUS_OK)
    throw std::runtime_error("no broker is there");
  check(::amqp_login(state_->connection, vhost.c_str(), 0, 131'072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"));
  ::amqp_channel_open(state_->connection, 1);
  state_->check_last();
}

RabbitClient::~RabbitClient() = default;

void RabbitClient::declare_exchange(const std::string& name, const std::string& type) {
  ::amqp_exchange_declare(state_->connection, 1, bytes(name), bytes(type), 0, 1, 0, 0, amqp_empty_table);
  state_->check_last();
}

void RabbitClient::declare_queue(const std::string& name, const std::map<std::string, std::string>& arguments,
                                 const std::map<std::string, int>& numbers) {
  std::vector<amqp_table_entry_t> entries;
  for (const auto& [key, value] : arguments) {
    amqp_table_entry_t& entry = entries.emplace_back();
    entry.key = bytes(key);
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = bytes(value);
  }
  for (const auto& [key, value] : numbers) {
    amqp_table_entry_t& entry = entries.emplace_back();
    entry.key = bytes(key);
    entry.value.kind = AMQP_FIELD_KIND_I32;
    entry.value.value.i32 = value;
  }
  ::amqp_queue_declare(state_->connection, 1, bytes(name), 0, 1, 0, 0,
                       {static_cast<int>(entries.size()), entries.data()});
  state_->check_last();
}

void RabbitClient::bind(const std::string& queue, const std::string& exchange, const std::string& key) {
  ::amqp_queue_bind(state_->connection, 1, bytes(queue), bytes(exchange), bytes(key), amqp_empty_table);
  state_->check_last();
}

void RabbitClient::unbind(const std::string& queue, const std::string& exchange, const std::string& key) {
  ::amqp_queue_unbind(state_->connection, 1, bytes(queue), bytes(exchange), bytes(key), amqp_empty_table);
  state_->check_last();
}

void RabbitClient::delete_exchange(const std::string& name) {
  ::amqp_exchange_delete(state_->connection, 1, bytes(name), 0);
  state_->check_last();
}

void RabbitClient::delete_queue(const std::string& name) {
  ::amqp_queue_delete(state_->connection, 1, bytes(name), 0, 0);
  state_->check_last();
}

void RabbitClient::publish(const std::string& exchange, const std::string& key, const std::string& body) {
  const int result =
      ::amqp_basic_publish(state_->connection, 1, bytes(exchange), bytes(key), 0, 0, nullptr, bytes(body));
  if (result != AMQP_STATUS_OK) throw std::runtime_error(::amqp_error_string2(result));
}

std::optional<RabbitClient::Got> RabbitClient::get(const std::string& queue) {
  ::amqp_maybe_release_buffers(state_->connection);
  const amqp_rpc_reply_t reply = ::amqp_basic_get(state_->connection, 1, bytes(queue), 1);
  check(reply);
  if (reply.reply.id == AMQP_BASIC_GET_EMPTY_METHOD) return std::nullopt;
  amqp_message_t message;
  check(::amqp_read_message(state_->connection, 1, &message, 0));
  Got got{text_of(message.body), text_of(message.properties.message_id), message.properties.delivery_mode == 2};
  ::amqp_destroy_message(&message);
  return got;
}

RabbitClient::Got RabbitClient::wait_for(const std::string& queue) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (std::chrono::steady_clock::now() < deadline) {
    if (std::optional<Got> got = get(queue)) return *got;
    pause_between_looks();
  }
  throw std::runtime_error("nothing came to the queue " + queue);
}

int RabbitClient::count(const std::string& queue) {
  const amqp_queue_declare_ok_t* ok =
      ::amqp_queue_declare(state_->connection, 1, bytes(queue), 1, 0, 0, 0, amqp_empty_table);
  state_->check_last();
  return static_cast<int>(ok->message_count);
}
