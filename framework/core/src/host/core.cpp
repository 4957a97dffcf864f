#include "host/core.hpp"
#include "host/deadline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ashlar::detail {
namespace {

class NoRoutes final : public Routes {
 public:
  void add(std::string, std::string, RouteHandler) override {}
  void clear() override {}
};

// Writes nothing, for hosts that were given no log.
class NoLog final : public LogSink {
 public:
  bool writes(std::string_view, LogLevel) const override { return false; }
  void write(std::string_view, LogLevel, std::string_view, std::span<const LogField>) override {}
};

HostOptions with_defaults(HostOptions options) {
  if (!options.log) options.log = std::make_shared<NoLog>();
  if (options.clock == nullptr) options.clock = &system_clock();
  return options;
}

constexpr std::chrono::milliseconds watch_period{250};

}  // namespace

HostCore::HostCore(HostOptions given)
    : options(with_defaults(std::move(given))),
      clock(*options.clock),
      log(options.log, "host"),
      dispatch(clock, options.log, options.max_depth, options.middleware, options.event_log),
      registry(dispatch),
      checks(clock),
      state_changes([this] {
        log.error("an observer of module states failed", {{"error", current_exception_message()}});
      }),
      no_routes_(std::make_unique<NoRoutes>()),
      routes_(options.routes == nullptr ? no_routes_.get() : options.routes),
      log_shutdown_(clock, dispatch.log_door()) {}

HostCore::~HostCore() {
  stop();
  StopReport ignored;
  checks.clear(Clock::Steady::max());
  await_stragglers(Clock::Steady::max(), ignored);
  dispatch.remove_handlers();
  // Whoever uses a service goes before the one who provides it.
  for (auto at = order_.rbegin(); at != order_.rend(); ++at) records_[*at]->module.reset();
}

void HostCore::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stop_requested_; });
}

void HostCore::request_stop() {
  std::lock_guard lock(mutex_);
  stop_requested_ = true;
  changed_.notify_all();
}

bool HostCore::running() const {
  std::lock_guard lock(mutex_);
  return phase_ == Phase::running;
}

ModuleState HostCore::state_of(const ModuleRecord& record) const {
  std::lock_guard lock(record.mutex);
  return record.state;
}

void HostCore::set_state(ModuleRecord& record, ModuleState to, std::string reason) {
  ModuleStateChange change{.module = record.name, .to = to, .reason = reason};
  {
    std::lock_guard lock(record.mutex);
    if (record.state == to && record.reason == reason) return;
    // Reports of a module that is being taken down change nothing any more.
    const bool own_report =
        to == ModuleState::degraded || (to == ModuleState::running && record.state != ModuleState::starting);
    const bool works = record.state == ModuleState::starting || record.state == ModuleState::running ||
                       record.state == ModuleState::degraded;
    if (own_report && !works) return;
    change.from = record.state;
    record.state = to;
    record.reason = std::move(reason);
  }
  log.debug("module state", {{"of", change.module}, {"state", to_string(to)}, {"reason", change.reason}});
  state_changes.tell(change);
}

// A module that is only starting runs when its start() has returned, not when it calls itself well.
void HostCore::recover(ModuleRecord& record) {
  if (state_of(record) == ModuleState::degraded) set_state(record, ModuleState::running);
}

HealthReport HostCore::health() {
  HealthReport report;
  report.ready = running();
  for (const auto& record : records_) {
    if (record->left_out) continue;
    std::lock_guard lock(record->mutex);
    HealthCheckResult result{.name = record->name};
    result.healthy = record->state == ModuleState::running || record->state == ModuleState::degraded ||
                     (record->state == ModuleState::failed && record->optional);
    if (record->state != ModuleState::running) {
      result.detail = to_string(record->state);
      if (!record->reason.empty()) result.detail += ": " + record->reason;
    }
    report.checks.push_back(std::move(result));
  }
  for (HealthCheckResult& result : checks.run(options.health_limit)) report.checks.push_back(std::move(result));
  for (const HealthCheckResult& result : report.checks) report.ready = report.ready && result.healthy;
  return report;
}

EventBus& HostCore::bus_of(std::string_view module) {
  const auto known = numbers_.find(module);
  if (known != numbers_.end() && records_[known->second]->left_out) {
    throw Error(fmt::format("module '{}' is left out of this process, so nobody publishes in its name", module));
  }
  if (EventBus* bus = dispatch.bus_of(module)) return *bus;
  throw Error(fmt::format("there is no module '{}' in this host", module));
}

void* HostCore::find_service(std::string_view service, const ModuleRecord* asker) {
  if (asker != nullptr && std::find(asker->needs.begin(), asker->needs.end(), service) == asker->needs.end()) {
    throw Error(
        fmt::format("module '{}' asked for service '{}', which it does not declare to need: add d.needs<{}>() to its "
                    "declare() (modules/{})",
                    asker->name, service, service, asker->name));
  }
  const auto found = services_.find(service);
  if (found == services_.end()) {
    if (void* offered = options.services.find(service)) return offered;
  }
  if (found == services_.end() || found->second.object == nullptr) {
    const ModuleRecord* provider = found == services_.end() ? nullptr : records_[found->second.provider].get();
    if (provider == nullptr || !provider->left_out) {
      throw Error(fmt::format(
          "nobody provides service '{}' now: it is there while the module that provides it is prepared or runs",
          service));
    }
    throw Error(
        fmt::format("service '{}' is of module '{}', which this process leaves out: add it", service, provider->name));
  }
  return found->second.object;
}

void* HostCore::find_wished_service(std::string_view service, const ModuleRecord& asker) {
  if (std::find(asker.wishes.begin(), asker.wishes.end(), service) == asker.wishes.end()) {
    throw Error(
        fmt::format("module '{}' asked for service '{}', which it does not declare: add d.may_need<{}>() to its "
                    "declare() (modules/{})",
                    asker.name, service, service, asker.name));
  }
  const auto found = services_.find(service);
  return found == services_.end() ? options.services.find(service) : found->second.object;
}

void HostCore::provide_service(std::string_view service, void* object, const ModuleRecord& provider) {
  if (std::find(provider.provides.begin(), provider.provides.end(), service) == provider.provides.end()) {
    throw Error(
        fmt::format("module '{}' hands over service '{}', which it does not declare to provide: add "
                    "d.provides<{}>() to its declare() (modules/{})",
                    provider.name, service, service, provider.name));
  }
  services_.find(service)->second.object = object;
}

// What a consumer does may be work for background handlers, and the other way round: until nothing happened in between.
bool HostCore::settle(std::chrono::milliseconds limit) {
  const Clock::Steady deadline = deadline_in(clock, limit);
  while (true) {
    if (!dispatch.settle(deadline)) return false;
    const std::uint64_t before = dispatch.background_count();
    if (!dispatch.log_door().settle(limit)) return false;
    if (dispatch.background_count() == before && dispatch.settle(deadline)) return true;
  }
}

void HostCore::watch() {
  std::unique_lock lock(watch_mutex_);
  while (!clock.wait_until(lock, watch_changed_, clock.steady_now() + watch_period, [this] { return watch_ends_; })) {
    dispatch.watch();
  }
}

}  // namespace ashlar::detail

namespace ashlar {

namespace {

std::unique_ptr<Module> made_by(const ModuleFactory& factory) {
  std::unique_ptr<Module> module = factory.make == nullptr ? nullptr : factory.make();
  if (!module) throw DeclarationError(fmt::format("the factory of module '{}' makes none", factory.name));
  return module;
}

}  // namespace

ModuleHost::ModuleHost(HostOptions options) : core_(std::make_unique<detail::HostCore>(std::move(options))) {}
ModuleHost::~ModuleHost() = default;

void ModuleHost::add(std::unique_ptr<Module> module) { core_->add(std::move(module)); }

void ModuleHost::add(ModuleFactory factory) { core_->add(made_by(factory)); }
void ModuleHost::leave_out(ModuleFactory factory) { core_->leave_out(made_by(factory)); }
void ModuleHost::assemble() { core_->assemble(); }
void ModuleHost::prepare() { core_->prepare(); }
void ModuleHost::start() { core_->start(); }
StopReport ModuleHost::stop() { return core_->stop(); }
void ModuleHost::wait() { core_->wait(); }
void ModuleHost::request_stop() { core_->request_stop(); }
bool ModuleHost::settle(std::chrono::milliseconds limit) { return core_->settle(limit); }
bool ModuleHost::running() const { return core_->running(); }
HealthReport ModuleHost::health() { return core_->health(); }
HostDescription ModuleHost::describe() const { return core_->describe(); }
const std::vector<Command>& ModuleHost::commands() const { return core_->commands; }
std::string ModuleHost::print_configuration() const { return core_->options.configuration.print(); }
const EventRegistry& ModuleHost::registry() const { return core_->registry; }
EventBus& ModuleHost::bus_of(std::string_view module) { return core_->bus_of(module); }
LiveEvents& ModuleHost::live_events() { return core_->dispatch.live(); }
void* ModuleHost::find_service(std::string_view service) { return core_->find_service(service, nullptr); }

Subscription ModuleHost::on_handler_failed(std::function<void(const HandlerFailure&)> observer) {
  return core_->dispatch.failures().subscribe(std::move(observer));
}

Subscription ModuleHost::on_module_state(std::function<void(const ModuleStateChange&)> observer) {
  return core_->state_changes.subscribe(std::move(observer));
}

}  // namespace ashlar
