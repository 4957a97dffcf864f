#include "topology.hpp"

#include <fmt/format.h>

#include <array>
#include <ashlar/errors.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "failure.hpp"

namespace ashlar::rabbitmq {
namespace {

// After so many deliveries that nobody settled a quorum queue gives a message to its dead-letter exchange.
constexpr std::int64_t delivery_limit = 20;

amqp_table_entry_t text_argument(std::string_view key, std::string_view value) {
  amqp_table_entry_t entry{};
  entry.key = bytes_of(key);
  entry.value.kind = AMQP_FIELD_KIND_UTF8;
  entry.value.value.bytes = bytes_of(value);
  return entry;
}

amqp_table_entry_t number_argument(std::string_view key, std::int64_t value) {
  amqp_table_entry_t entry{};
  entry.key = bytes_of(key);
  entry.value.kind = AMQP_FIELD_KIND_I64;
  entry.value.value.i64 = value;
  return entry;
}

std::string wanted(const std::vector<amqp_table_entry_t>& arguments) {
  std::string text = "durable";
  for (const amqp_table_entry_t& argument : arguments) {
    text += fmt::format(", {} = ", view_of(argument.key));
    text += argument.value.kind == AMQP_FIELD_KIND_UTF8 ? text_of(argument.value.value.bytes)
                                                        : std::to_string(argument.value.value.i64);
  }
  return text;
}

class Declaration {
 public:
  Declaration(Connection& connection, const bridge::Topology& topology,
              const std::function<void(const amqp_frame_t&)>& other)
      : connection_(connection), topology_(topology), other_(other) {}

  void run() {
    exchange(topology_.exchange, "topic");
    for (const bridge::Queue& declared : topology_.queues) {
      const std::string dead = declared.dead_name();
      const std::string_view type = declared.type == bridge::QueueType::quorum ? "quorum" : "classic";
      exchange(dead, "fanout");
      queue(dead, {text_argument("x-queue-type", type)});
      bind(dead, dead, "");
      std::vector<amqp_table_entry_t> arguments{text_argument("x-queue-type", type),
                                                text_argument("x-dead-letter-exchange", dead)};
      if (declared.type == bridge::QueueType::quorum) {
        // At least once needs this overflow: then a message leaves the queue when the dead-letter queue has it.
        arguments.push_back(number_argument("x-delivery-limit", delivery_limit));
        arguments.push_back(text_argument("x-dead-letter-strategy", "at-least-once"));
        arguments.push_back(text_argument("x-overflow", "reject-publish"));
      }
      queue(declared.name, arguments);
      for (const std::string& key : declared.bindings) bind(declared.name, topology_.exchange, key);
    }
    if (!missing_.empty()) {
      throw settings_failure(
          fmt::format("missing at the broker, where this application may only look (declare: verify): {}; make "
                      "it there, or let the application do so (declare: create)",
                      missing_));
    }
  }

 private:
  amqp_boolean_t passive() const { return topology_.declare == bridge::Declare::verify ? 1 : 0; }

  void exchange(const std::string& name, std::string_view type) {
    const amqp_exchange_declare_t method{0, bytes_of(name), bytes_of(type), passive(), 1, 0, 0, 0, amqp_empty_table};
    judge(connection_.call(AMQP_EXCHANGE_DECLARE_METHOD, method, other_), "exchange", name,
          fmt::format("durable, {}", type));
  }

  void queue(const std::string& name, std::vector<amqp_table_entry_t> arguments) {
    const amqp_table_t table{static_cast<int>(arguments.size()), arguments.data()};
    const amqp_queue_declare_t method{0, bytes_of(name), passive(), 1, 0, 0, 0, table};
    judge(connection_.call(AMQP_QUEUE_DECLARE_METHOD, method, other_), "queue", name, wanted(arguments));
  }

  void bind(const std::string& name, const std::string& from, std::string_view key) {
    if (passive() != 0) return;
    const amqp_queue_bind_t method{0, bytes_of(name), bytes_of(from), bytes_of(key), 0, amqp_empty_table};
    judge(connection_.call(AMQP_QUEUE_BIND_METHOD, method, other_), "binding of queue", name,
          fmt::format("to exchange '{}' with key '{}'", from, key));
  }

  void judge(const Connection::Answer& answer, std::string_view what, const std::string& name,
             const std::string& want) {
    if (answer.refused.empty()) return;
    if (answer.code == AMQP_NOT_FOUND && passive() != 0) {
      missing_ += fmt::format("{}{} '{}' ({})", missing_.empty() ? "" : ", ", what, name, want);
      connection_.open_channel();
      return;
    }
    const std::string_view advice =
        answer.code == AMQP_PRECONDITION_FAILED ? "; make both the same, or remove the one at the broker" : "";
    throw Failure(answer.code == AMQP_RESOURCE_ERROR ? Failure::Kind::line : Failure::Kind::settings,
                  fmt::format("{} '{}': this application wants it {}; the broker says: {} {}{}", what, name, want,
                              answer.code, answer.refused, advice));
  }

  Connection& connection_;
  const bridge::Topology& topology_;
  const std::function<void(const amqp_frame_t&)>& other_;
  std::string missing_;
};

}  // namespace

void check(const bridge::Topology& topology) {
  constexpr std::size_t longest = 255;
  const auto check_name = [](std::string_view what, const std::string& name, std::size_t most) {
    if (name.empty()) throw Error(fmt::format("the bridge's topology: {} has no name", what));
    if (name.size() > most)
      throw Error(fmt::format("the bridge's topology: the name of {} is longer than {} bytes", what, most));
    if (name.starts_with("amq.")) {
      throw Error(fmt::format("the bridge's topology: {} '{}': the broker keeps names that begin with amq. for itself",
                              what, name));
    }
  };
  check_name("the exchange", topology.exchange, longest);
  std::set<std::string> names;
  for (const bridge::Queue& queue : topology.queues) {
    check_name("a queue", queue.name, longest - std::string_view(".dead").size());
    if (!names.insert(queue.name).second || !names.insert(queue.dead_name()).second) {
      throw Error(fmt::format("the bridge's topology: the queue '{}' stands in it twice", queue.name));
    }
    if (queue.prefetch == 0) {
      throw Error(
          fmt::format("the bridge's topology: the queue '{}' has prefetch 0, which is no limit at all", queue.name));
    }
    for (const std::string& key : queue.bindings) {
      if (key.size() > longest) {
        throw Error(
            fmt::format("the bridge's topology: a binding of the queue '{}' is longer than 255 bytes", queue.name));
      }
    }
  }
}

void declare(Connection& connection, const bridge::Topology& topology,
             const std::function<void(const amqp_frame_t&)>& other) {
  Declaration(connection, topology, other).run();
}

}  // namespace ashlar::rabbitmq
