#include <ashlar/rabbitmq/publisher.hpp>

#include <ashlar/errors.hpp>
#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <mutex>
#include <utility>

#include "library/outbox.hpp"

namespace ashlar::rabbitmq {

namespace {

constexpr int deepest_json = 64;

PublisherOptions checked(PublisherOptions options) {
  const auto require = [](bool holds, const char* problem) {
    if (!holds) throw Error(fmt::format("a publisher to RabbitMQ: {}", problem));
  };
  require(!options.name.empty(), "name is empty: it says where its events come from");
  require(options.name.size() <= 255, "name is longer than 255 bytes");
  require(options.format != bridge::WireFormat::automatic, "the format `auto` is for reading; name one of the others");
  require(options.most_waiting > 0, "most_waiting has to be 1 at least");
  require(options.wait_for_room.count() >= 0, "wait_for_room is less than nothing");
  require(options.give_up_after.count() >= 0, "give_up_after is less than nothing");
  require(options.clock != nullptr, "clock is null");
  return options;
}

std::unique_ptr<bridge::Broker> broker_for(Options connection, const PublisherOptions& options) {
  bridge::Topology topology{.exchange = options.exchange, .declare = options.declare, .queues = options.queues};
  for (bridge::Queue& queue : topology.queues) queue.consume = bridge::Consume::no;
  connection.publishes = true;
  return make_broker(std::move(connection), std::move(topology));
}

// `orders.order.placed@2`
std::pair<std::string, int> name_and_version(std::string_view event) {
  const std::string reference = is_pattern(event) ? std::string() : normal_event_reference(event);
  if (reference.empty()) throw Error(fmt::format("'{}' is a pattern; name one event", event));
  const std::size_t at = reference.find('@');
  int version = 1;
  if (at != std::string::npos) std::from_chars(reference.data() + at + 1, reference.data() + reference.size(), version);
  return {reference.substr(0, at), version};
}

}  // namespace

struct Publisher::State {
  State(std::unique_ptr<bridge::Broker> broker, PublisherOptions checked_options)
      : options(std::move(checked_options)), outbox(std::move(broker), options) {}

  // Null: not described. What is described stays as it is.
  const Description* find(const EventId& event) const {
    const std::lock_guard lock(mutex);
    const auto found = descriptions.find({event.name, event.version});
    return found == descriptions.end() ? nullptr : &found->second;
  }

  const PublisherOptions options;
  mutable std::mutex mutex;
  std::map<std::pair<std::string_view, int>, Description> descriptions;  // guarded by the mutex
  Outbox outbox;
};

PublishOptions caused_by(const Metadata& event) {
  return {.correlation_id = event.correlation_id.empty() ? event.id.to_string() : event.correlation_id,
          .causation_id = event.id.to_string(),
          .tenant_id = event.tenant_id,
          .user_id = event.user_id};
}

Publisher::Publisher(Options connection, PublisherOptions options) {
  options = checked(std::move(options));
  auto broker = broker_for(std::move(connection), options);
  state_ = std::make_unique<State>(std::move(broker), std::move(options));
}

Publisher::Publisher(std::unique_ptr<bridge::Broker> broker, PublisherOptions options)
    : state_(std::make_unique<State>(std::move(broker), checked(std::move(options)))) {}

Publisher::~Publisher() { stop(std::chrono::seconds{5}); }

void Publisher::describe(EventId event, Description description) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->descriptions.emplace(std::pair(event.name, event.version), std::move(description)).second) {
    throw Error(fmt::format("publisher '{}': event '{}' is described already", state_->options.name, event.name));
  }
}

Publication Publisher::publish(EventId event, const void* object, std::string json, std::string_view routing_key,
                               const PublishOptions& options) {
  Metadata metadata{.name = std::string(event.name),
                    .version = event.version,
                    .correlation_id = options.correlation_id,
                    .causation_id = options.causation_id,
                    .tenant_id = options.tenant_id,
                    .user_id = options.user_id};
  metadata.time = options.time.value_or(Time());
  metadata.id = options.id.value_or(Uuid());
  bridge::WireOptions wire{.routing_key = std::string(routing_key)};
  if (const Description* described = state_->find(event)) {
    if (described->key) metadata.key = described->key(object);
    if (wire.routing_key.empty()) wire.routing_key = described->routing_key;
    wire.aggregate_type = described->aggregate_type;
  }
  return send(std::move(metadata), json, std::move(wire));
}

Publication Publisher::publish_json(std::string_view event, std::string_view json, std::string_view routing_key,
                                    const PublishOptions& options) {
  auto [name, version] = name_and_version(event);
  return publish(bridge::WireEvent{.metadata = {.id = options.id.value_or(Uuid()),
                                                .name = std::move(name),
                                                .version = version,
                                                .time = options.time.value_or(Time()),
                                                .source = {},
                                                .correlation_id = options.correlation_id,
                                                .causation_id = options.causation_id,
                                                .tenant_id = options.tenant_id,
                                                .user_id = options.user_id,
                                                .key = {}},
                                   .data = std::string(json),
                                   .traceparent = {}},
                 routing_key);
}

Publication Publisher::publish(bridge::WireEvent event, std::string_view routing_key) {
  if (!is_event_name(event.metadata.name) || event.metadata.version < 1) {
    throw Error(fmt::format("publisher '{}': '{}', version {}, is no event", state_->options.name, event.metadata.name,
                            event.metadata.version));
  }
  // Data that is no JSON would take the envelope around it along.
  static_cast<void>(bridge::read(
      {.routing_key = event.metadata.name, .body = event.data},
      {.format = bridge::WireFormat::bare, .max_bytes = event.data.size(), .max_depth = deepest_json}, {}));
  return send(std::move(event.metadata), event.data,
              {.routing_key = std::string(routing_key), .traceparent = std::move(event.traceparent)});
}

Publication Publisher::send(Metadata metadata, std::string_view data, bridge::WireOptions options) {
  const Time now = state_->options.clock->now();
  if (metadata.time == Time()) metadata.time = now;
  if (metadata.id == Uuid()) metadata.id = Uuid::v7(now.time_since_epoch().count());
  if (metadata.source.empty()) metadata.source = state_->options.name;
  if (metadata.correlation_id.empty()) metadata.correlation_id = metadata.id.to_string();
  options.application = state_->options.name;
  auto publication = std::make_shared<Publication::State>(metadata.id);
  state_->outbox.add(bridge::write(state_->options.format, metadata, data, options), publication);
  return Publication(std::move(publication));
}

PublisherStatus Publisher::health() const { return state_->outbox.status(); }

void Publisher::stop(std::chrono::milliseconds limit) { state_->outbox.stop(limit); }

}  // namespace ashlar::rabbitmq
