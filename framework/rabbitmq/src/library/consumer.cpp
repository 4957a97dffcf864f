#include <ashlar/rabbitmq/consumer.hpp>

#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>

#include <utility>

#include "library/inbox.hpp"

namespace ashlar::rabbitmq {

namespace {

ConsumerOptions checked(ConsumerOptions options) {
  const auto require = [](bool holds, const std::string& problem) {
    if (!holds) throw Error("a consumer from RabbitMQ: " + problem);
  };
  require(!options.queue.empty(), "queue is empty");
  require(options.prefetch > 0, "prefetch has to be 1 at least");
  require(options.max_bytes > 0, "max_bytes has to be 1 at least");
  require(options.threads > 0 && options.threads <= 1'000, "threads has to be from 1 to 1000");
  require(options.most_tries > 0, "most_tries has to be 1 at least");
  require(options.first_pause.count() > 0, "first_pause has to be longer than nothing");
  require(options.longest_pause >= options.first_pause, "longest_pause has to be as long as first_pause at least");
  require(options.clock != nullptr, "clock is null");
  for (const auto& [outside, here] : options.types) {
    require(!is_pattern(here), fmt::format("types: '{}' is a pattern; name one event", here));
    static_cast<void>(normal_event_reference(here));
  }
  return options;
}

std::unique_ptr<bridge::Broker> broker_for(Options connection, const ConsumerOptions& options) {
  connection.publishes = false;
  return make_broker(std::move(connection), topology_of(options));
}

}  // namespace

struct Consumer::State {
  State(std::unique_ptr<bridge::Broker> broker, ConsumerOptions options)
      : inbox(std::move(broker), checked(std::move(options))) {}

  Inbox inbox;
};

bridge::Topology topology_of(const ConsumerOptions& options) {
  return {
      .exchange = options.exchange,
      .declare = options.declare,
      .queues = {
          {.name = options.queue, .bindings = options.bindings, .type = options.type, .prefetch = options.prefetch}}};
}

Consumer::Consumer(Options connection, ConsumerOptions options) {
  // Before the broker says less.
  options = checked(std::move(options));
  auto broker = broker_for(std::move(connection), options);
  state_ = std::make_unique<State>(std::move(broker), std::move(options));
}

Consumer::Consumer(std::unique_ptr<bridge::Broker> broker, ConsumerOptions options)
    : state_(std::make_unique<State>(std::move(broker), std::move(options))) {}

Consumer::~Consumer() { state_->inbox.stop(std::chrono::seconds{5}); }

Consumer& Consumer::add(EventId event, Call call) {
  std::string reference(event.name);
  if (event.version != 1) reference += fmt::format("@{}", event.version);
  state_->inbox.add({std::move(reference), std::move(call)});
  return *this;
}

Consumer& Consumer::on(std::string_view name_or_pattern, std::function<void(const bridge::WireEvent&)> handler) {
  state_->inbox.add(
      {normal_event_reference(name_or_pattern),
       [handler = std::move(handler)](const bridge::WireEvent& event, const JsonLimits&) { handler(event); }});
  return *this;
}

void Consumer::start() { state_->inbox.begin(); }
void Consumer::pause() { state_->inbox.pause(); }
void Consumer::resume() { state_->inbox.resume(); }
ConsumerStatus Consumer::health() const { return state_->inbox.status(); }
void Consumer::stop(std::chrono::milliseconds limit) { state_->inbox.stop(limit); }

}  // namespace ashlar::rabbitmq
