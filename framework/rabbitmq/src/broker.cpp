#include <fmt/format.h>

#include <algorithm>
#include <ashlar/errors.hpp>
#include <ashlar/rabbitmq/rabbitmq.hpp>
#include <atomic>
#include <optional>
#include <utility>

#include "consuming_duty.hpp"
#include "link.hpp"
#include "publishing_duty.hpp"
#include "topology.hpp"
#include "url.hpp"

namespace ashlar::rabbitmq {
namespace {

void check_options(const Options& options) {
  const auto require = [](bool holds, const char* problem) {
    if (!holds) throw Error(fmt::format("the bridge to RabbitMQ: {}", problem));
  };
  require(!options.urls.empty(), "no URL: urls needs at least one, as in amqp://user:password@host/vhost");
  require(options.heartbeat >= std::chrono::seconds{1} && options.heartbeat <= std::chrono::seconds{65'535},
          "heartbeat has to be from 1 s to 65535 s");
  require(options.connect_timeout.count() > 0, "connect_timeout has to be longer than nothing");
  require(options.backoff.count() > 0, "backoff has to be longer than nothing");
  require(options.max_backoff >= options.backoff, "max_backoff has to be as long as backoff at least");
  require(options.window > 0 && options.window <= 1'000'000, "window has to be from 1 to 1000000");
  require(options.max_message_bytes > 0, "max_message_bytes has to be 1 at least");
  require(options.connection_name.size() <= 200, "connection_name is longer than 200 bytes");
  require(options.tls.certificate_file.empty() == options.tls.key_file.empty(),
          "tls: certificate_file and key_file belong together");
}

Settings settings_of(Options options, bridge::Topology topology) {
  check_options(options);
  check(topology);
  const Log log = options.log;
  Settings settings{std::move(options), std::move(topology), {}, log};
  for (std::size_t i = 0; i < settings.options.urls.size(); ++i) {
    settings.endpoints.push_back(parse_url(settings.options.urls[i], fmt::format("urls[{}]", i)));
  }
  settings.options.urls.clear();  // they hold credentials
  return settings;
}

bool consumes(const bridge::Topology& topology) {
  return std::any_of(topology.queues.begin(), topology.queues.end(),
                     [](const bridge::Queue& queue) { return queue.consume == bridge::Consume::yes; });
}

class RabbitMqBroker final : public bridge::Broker {
 public:
  explicit RabbitMqBroker(Settings settings)
      : settings_(std::move(settings)),
        publisher_(settings_.options, settings_.topology.exchange),
        publishing_(settings_, "publishing", publisher_, [this] { tell(); }) {
    if (!consumes(settings_.topology)) return;
    consumer_.emplace(settings_);
    consuming_.emplace(settings_, "consuming", *consumer_, [this] { tell(); });
  }

  ~RabbitMqBroker() override { end(std::chrono::milliseconds{0}); }

  void begin(bridge::BrokerListener& listener) override {
    const std::lock_guard lock(life_);
    if (life_state_ != Life::made) throw Error("the bridge to RabbitMQ can begin once");
    life_state_ = Life::begun;
    listener_ = &listener;
    if (consumer_) consumer_->tell(listener, [this] { tell(); });
    if (settings_.options.publishes) publishing_.begin();
    if (consuming_) consuming_->begin();
  }

  void publish(bridge::Message message, Done done) override {
    if (publisher_.publish(message, std::move(done))) publishing_.wake();
  }

  void settle(const bridge::Receipt& receipt, bridge::Verdict verdict) override {
    if (consumer_ && consumer_->settle(receipt, verdict)) consuming_->wake();
  }

  void pause() override { want(false); }
  void resume() override { want(true); }

  bridge::BrokerStatus status() const override {
    bridge::BrokerStatus status;
    status.publishing = publishing_.status();
    status.unconfirmed = publisher_.unconfirmed();
    if (consuming_) {
      status.consuming = consuming_->status();
      status.unsettled = consumer_->unsettled();
      const bool up = status.consuming.state == bridge::LinkState::connected;
      if (up && consumer_->quiet()) status.consuming.state = bridge::LinkState::paused;
    }
    return status;
  }

  // A second call waits for the first.
  void end(std::chrono::milliseconds limit) override {
    const std::lock_guard lock(life_);
    publisher_.end();
    if (life_state_ == Life::begun) {
      const auto now = Steady::now();
      const auto deadline = limit < std::chrono::hours{24} ? now + limit : now + std::chrono::hours{24};
      publishing_.stop(deadline);
      if (consuming_) {
        consumer_->end();
        consuming_->stop(deadline);
        consuming_->join();
      }
      publishing_.join();
    }
    life_state_ = Life::ended;
  }

 private:
  enum class Life { made, begun, ended };

  void want(bool consuming) {
    if (consumer_ && consumer_->want(consuming)) consuming_->wake();
  }

  // Of two links that change at once the listener hears last what is true.
  void tell() {
    const std::lock_guard lock(telling_);
    listener_->changed(status());
  }

  const Settings settings_;
  bridge::BrokerListener* listener_ = nullptr;
  PublishingDuty publisher_;
  Link publishing_;
  std::optional<ConsumingDuty> consumer_;
  std::optional<Link> consuming_;
  std::mutex telling_;
  std::mutex life_;
  Life life_state_ = Life::made;  // guarded by the mutex
};

}  // namespace

std::unique_ptr<bridge::Broker> make_broker(Options options, bridge::Topology topology) {
  return std::make_unique<RabbitMqBroker>(settings_of(std::move(options), std::move(topology)));
}

}  // namespace ashlar::rabbitmq
