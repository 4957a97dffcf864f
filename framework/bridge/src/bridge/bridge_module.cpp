#include <ashlar/bridge/bridge.hpp>
#include <ashlar/bridge/bridge_module.hpp>
#include <ashlar/errors.hpp>
#include <ashlar/event_pattern.hpp>
#include <ashlar/store/durable_log.hpp>
#include <boost/signals2/signal.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <utility>

#include "bridge/buffer.hpp"
#include "bridge/inward.hpp"
#include "bridge/outward.hpp"
#include "bridge/plan.hpp"

namespace ashlar::bridge {
namespace {

constexpr std::chrono::milliseconds end_limit{5'000};
constexpr std::chrono::milliseconds drain_limit{5'000};

std::string_view text_of(LinkState state) {
  switch (state) {
    case LinkState::idle: return "idle";
    case LinkState::connecting: return "connecting";
    case LinkState::connected: return "connected";
    case LinkState::paused: return "paused";
    case LinkState::blocked: return "blocked";
    case LinkState::waiting: return "waiting";
    case LinkState::closed: return "closed";
  }
  return "unknown";
}

// What the page shows.
struct LinkPage {
  std::string state;
  std::string host;
  std::uint64_t connects = 0;
  std::string error;
};
ASHLAR_STRUCT(LinkPage, state, host, connects, error)

struct BridgePage {
  LinkPage publishing;
  LinkPage consuming;
  std::uint64_t unconfirmed = 0;
  std::uint64_t unsettled = 0;
  std::int64_t lag = 0;  // events in the log that have not gone out
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t dead = 0;
  std::uint64_t rejected = 0;
  std::uint64_t lost = 0;
};
ASHLAR_STRUCT(BridgePage, publishing, consuming, unconfirmed, unsettled, lag, stored, duplicates, dead, rejected, lost)

LinkPage page_of(const LinkStatus& link) {
  return {.state = std::string(text_of(link.state)), .host = link.host, .connects = link.connects, .error = link.error};
}

struct SignalSubscription final : ashlar::detail::SubscriptionState {
  explicit SignalSubscription(boost::signals2::connection made) : connection(std::move(made)) {}
  void cancel() override { connection.disconnect(); }
  bool active() const override { return connection.connected(); }

  boost::signals2::scoped_connection connection;
};

bool is_in_trouble(const LinkStatus& link) { return !link.works() && link.state != LinkState::idle; }

std::string trouble_of(std::string_view what, const LinkStatus& link) {
  return fmt::format("{}: {}{}{}{}{}", what, text_of(link.state), link.host.empty() ? "" : ", ", link.host,
                     link.error.empty() ? "" : ", ", link.error);
}

class BridgeModule final : public Module, public Bridge, private BrokerListener {
 public:
  BridgeModule(std::string name, MakeBroker make_broker)
      : name_(std::move(name)), make_broker_(std::move(make_broker)) {}
  ~BridgeModule() override { stop(); }

  std::string_view name() const override { return name_; }

  void declare(Declaration& d) override {
    d.configured_by(options_);
    d.lets_events_in();
    d.may_need<store::DurableLog>();
    d.provides<Bridge>();
  }

  void prepare(ModuleContext& context) override {
    context_ = &context;
    log_.emplace(context.log());
    durable_log_ = context.service_if_there<store::DurableLog>();
    inward_.reset();
    broker_.reset();
    stops_ = false;
    line_ = std::make_unique<LineState>();
    context.provide<Bridge>(*this);
  }

  void register_handlers(EventRegistry& registry) override {
    registry_ = &registry;
    plan_.reset();
    if (options_.url.value.empty()) return;
    plan_.emplace(name_, options_, registry, context_->application());
    if (registry.has_event_log()) {
      register_consumer(registry);
    } else {
      register_plainly(registry);
    }
  }

  void start(ModuleContext& context) override {
    if (!plan_) return say_that_nothing_leaves();
    inward_ =
        std::make_unique<Inward>(*plan_, name_, context.inlet(),
                                 durable_log_ == nullptr ? nullptr : &durable_log_->store(), context.clock(), *log_);
    broker_ = make_broker_({.options = &options_,
                            .topology = plan_->topology(registry_->handled_here()),
                            .publishes = !plan_->outgoing().empty(),
                            .application = plan_->application(),
                            .log = *log_});
    confirms_late_ = false;
    if (outward_) outward_->begin(*broker_, context.clock(), [this](bool late) { note_confirms(late); });
    if (buffer_) buffer_->begin(*broker_);
    inward_->begin(*broker_);
    context.routes().get("/" + name_, [this](const Request&) { return Response::json(page()); });
    context.routes().post("/" + name_ + "/pause", [this](const Request&) {
      pause_consuming();
      return Response::json(page());
    });
    context.routes().post("/" + name_ + "/resume", [this](const Request&) {
      resume_consuming();
      return Response::json(page());
    });
    changed(broker_->status());
    broker_->begin(*this);
  }

  void stopping() override {
    stops_ = true;
    line_->give_up();
    if (!broker_) return;
    broker_->pause();
    // Without a log it is handled instead of stored, which may take long: it goes back.
    if (registry_->has_event_log()) inward_->drain(drain_limit);
  }

  void stop() override {
    if (!broker_) return;
    inward_->end();
    broker_->end(end_limit);
  }

  BridgeStatus status() const override {
    if (!broker_) return {};
    const InwardCounts counts = inward_->counts();
    return {.broker = broker_->status(),
            .stored = counts.stored,
            .duplicates = counts.duplicates,
            .dead = counts.dead,
            .rejected = counts.rejected,
            .lost = buffer_ ? buffer_->lost() : 0};
  }

  void pause_consuming() override {
    if (broker_) broker_->pause();
  }
  void resume_consuming() override {
    if (broker_ && !stops_) broker_->resume();
  }

  Subscription on_change(std::function<void(const BrokerStatus&)> observer) override {
    return Subscription(std::make_unique<SignalSubscription>(changes_.connect(std::move(observer))));
  }

 private:
  void say_that_nothing_leaves() const {
    log_->info("no broker is configured, so events stay in this process");
    std::set<std::string> modules;
    for (const Handling& handling : registry_->handled_elsewhere()) {
      for (const EventInfo& event : registry_->all()) {
        if (event.is_here && selects(handling.event, event.name, event.version)) modules.insert(handling.module);
      }
    }
    if (modules.empty()) return;
    log_->warning("modules that this process leaves out handle events of it, and hear of none without a broker",
                  {{"handled_by", fmt::format("{}", fmt::join(modules, ","))}});
  }

  // The log's receiver is ours; the handlers say what it receives.
  void register_consumer(EventRegistry& registry) {
    buffer_.reset();
    outward_.reset();
    if (plan_->outgoing().empty()) return;
    // One thread keeps the order of the log.
    const std::size_t most = 4 * static_cast<std::size_t>(options_.window);
    StreamOptions stream{.batch_size = most, .max_in_flight = 2 * most};
    // A broker may be away for long, and each more time is a commit; whose process dies gives its events back at once.
    stream.ack_wait = std::chrono::minutes{5};
    outward_ = std::make_shared<Outward>(*plan_, *line_, most, stream.ack_wait);
    StreamConsumer consumer = registry.stream("publish", stream);
    for (const Outgoing& outgoing : plan_->outgoing()) consumer.on(outgoing.reference, [](const Envelope&) {});
    consumer.through([outward = outward_](LoggedConsumer logged) {
      logged.receiver = outward;
      return logged;
    });
  }

  void register_plainly(EventRegistry& registry) {
    outward_.reset();
    buffer_ = std::make_unique<Buffer>(static_cast<std::size_t>(options_.buffer),
                                       static_cast<std::size_t>(options_.window), *log_);
    for (const Outgoing& outgoing : plan_->outgoing()) {
      registry.on(outgoing.reference, [this, &outgoing](const Envelope& event) {
        const Metadata metadata = event.metadata();
        if (metadata.source == outgoing.module && !Inward::brings_in(metadata.id))
          buffer_->add(message_of(*plan_, outgoing, metadata, event.data()));
      });
    }
  }

  void received(Incoming message) override { inward_->take(std::move(message)); }

  void changed(const BrokerStatus& status) override {
    inward_->set_receiving(status.consuming.state == LinkState::connected ||
                           status.consuming.state == LinkState::blocked);
    const bool connected = status.publishing.state == LinkState::connected;
    line_->set_connected(connected || status.publishing.state == LinkState::blocked);
    if (buffer_) buffer_->set_connected(connected);
    {
      const std::lock_guard lock(health_);
      last_ = status;
      judge();
    }
    try {
      changes_(status);
    } catch (...) {
      log_->error("an observer of the bridge failed", {{"error", current_exception_message()}});
    }
  }

  void note_confirms(bool late) {
    const std::lock_guard lock(health_);
    confirms_late_ = late;
    judge();
  }

  // With the lock held.
  void judge() {
    if (is_in_trouble(last_.publishing)) {
      context_->degraded(trouble_of("publishing", last_.publishing));
    } else if (confirms_late_) {
      context_->degraded(fmt::format(
          "{}, but it has not confirmed a message for more than {} s: a queue may be without a leader, or its "
          "disk too slow (rabbitmqctl list_queues name state messages)",
          trouble_of("publishing", last_.publishing), Outward::patience.count()));
    } else if (is_in_trouble(last_.consuming)) {
      context_->degraded(trouble_of("consuming", last_.consuming));
    } else {
      context_->recovered();
    }
  }

  BridgePage page() const {
    const BridgeStatus now = status();
    return {.publishing = page_of(now.broker.publishing),
            .consuming = page_of(now.broker.consuming),
            .unconfirmed = now.broker.unconfirmed,
            .unsettled = now.broker.unsettled,
            .lag = lag(),
            .stored = now.stored,
            .duplicates = now.duplicates,
            .dead = now.dead,
            .rejected = now.rejected,
            .lost = now.lost};
  }

  std::int64_t lag() const {
    if (durable_log_ == nullptr) return buffer_ ? static_cast<std::int64_t>(buffer_->waiting()) : 0;
    for (const store::ConsumerStatus& consumer : durable_log_->store().consumers()) {
      if (consumer.name == name_ + ".publish") return consumer.lag;
    }
    return 0;
  }

  const std::string name_;
  const MakeBroker make_broker_;
  BridgeOptions options_;
  ModuleContext* context_ = nullptr;
  EventRegistry* registry_ = nullptr;
  store::DurableLog* durable_log_ = nullptr;
  std::optional<Log> log_;
  std::optional<BridgePlan> plan_;
  boost::signals2::signal<void(const BrokerStatus&)> changes_;
  std::mutex health_;
  BrokerStatus last_;  // these two guarded by the mutex
  bool confirms_late_ = false;
  std::atomic<bool> stops_{false};
  std::unique_ptr<LineState> line_;
  std::shared_ptr<Outward> outward_;  // one of the two
  std::unique_ptr<Buffer> buffer_;
  std::unique_ptr<Inward> inward_;
  std::unique_ptr<Broker> broker_;
};

}  // namespace

std::unique_ptr<Module> make_bridge_module(std::string name, MakeBroker make_broker) {
  return std::make_unique<BridgeModule>(std::move(name), std::move(make_broker));
}

}  // namespace ashlar::bridge
