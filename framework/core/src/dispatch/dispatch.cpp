#include "dispatch/dispatch.hpp"

#include "dispatch/background.hpp"
#include "dispatch/barrier.hpp"
#include "dispatch/chain.hpp"
#include "dispatch/consumer.hpp"
#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>

namespace ashlar::detail {
namespace {

// The table of a host that takes no events.
const PlanTable closed_table;

std::atomic<std::uint32_t> last_event_index{0};

std::int64_t nanoseconds_of(Clock::Steady time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

std::uint32_t next_event_index() noexcept { return ++last_event_index; }

Dispatch::Dispatch(Clock& clock, std::shared_ptr<LogSink> sink, int max_depth,
                   std::vector<std::shared_ptr<Middleware>> middleware, std::shared_ptr<EventLog> log)
    : table_(&closed_table),
      attention_(publishers_fence),
      clock_(clock),
      max_depth_(max_depth),
      sink_(std::move(sink)),
      log_(sink_, "host"),
      middleware_(std::move(middleware)),
      live_(std::make_shared<LiveSubscriptions>([this](const Frame& frame) { record_live_failure(frame); })),
      failures_([this] {
        log_.error("an observer of failed handlers failed", {{"error", current_exception_message()}});
      }),
      log_door_(std::move(log), [this] { return log_plan(); }) {}

Dispatch::~Dispatch() = default;

EventBus& Dispatch::add_bus(std::string module) {
  Port& port = ports_.emplace_back();
  port.dispatch = this;
  port.module = std::move(module);
  port.clock = &clock_;
  bus_numbers_.emplace(port.module, buses_.size());
  return *buses_.emplace_back(std::unique_ptr<EventBus>(new EventBus(port)));
}

EventBus* Dispatch::bus_of(std::string_view module) {
  const auto found = bus_numbers_.find(std::string(module));
  return found == bus_numbers_.end() ? nullptr : buses_[found->second].get();
}

EventDescriptor& Dispatch::add_event(const std::string& module, EventDescriptor event) {
  auto declared = std::make_unique<DeclaredEvent>();
  const std::string reference = event_text(event.id);
  const auto [known, added] = events_by_reference_.try_emplace(reference, declared.get());
  if (!added) {
    const DeclaredEvent& first = *known->second;
    throw DeclarationError(
        first.module == module
            ? fmt::format("module '{}' declares event '{}@{}' twice: remove one d.emits<>() (types {} and {})", module,
                          event.id.name, event.id.version, first.descriptor.type_name, event.type_name)
            : fmt::format(
                  "modules '{}' and '{}' both declare event '{}@{}' (types {} and {}): only one module may publish "
                  "an event; the other one handles it, or gives its own a name of its own",
                  first.module, module, event.id.name, event.id.version, first.descriptor.type_name, event.type_name));
  }
  declared->descriptor = std::move(event);
  declared->module = module;
  declared->number = events_.size();
  return events_.emplace_back(std::move(declared))->descriptor;
}

void Dispatch::add_upcaster(const std::string& module, UpcasterDescriptor upcaster) {
  upcasters_.push_back(std::make_unique<DeclaredUpcaster>(DeclaredUpcaster{std::move(upcaster), module}));
}

DeclaredEvent& Dispatch::end_of(const DeclaredUpcaster& upcaster, const EventId& id, std::string_view type) {
  const auto found = events_by_reference_.find(event_text(id));
  const std::string what = fmt::format("module '{}' converts '{}' to '{}'", upcaster.module,
                                       event_text(upcaster.descriptor.from), event_text(upcaster.descriptor.to));
  if (found == events_by_reference_.end()) {
    throw DeclarationError(
        fmt::format("{}, but nobody declares '{}': declare both versions with d.emits<>()", what, event_text(id)));
  }
  DeclaredEvent& event = *found->second;
  if (event.descriptor.type_name != type) {
    throw DeclarationError(fmt::format("{}, with '{}' as type {}, but module '{}' declares it as {}: use that type",
                                       what, event_text(id), type, event.module, event.descriptor.type_name));
  }
  return event;
}

void Dispatch::connect_upcasters() {
  for (const auto& upcaster : upcasters_) {
    const UpcasterDescriptor& descriptor = upcaster->descriptor;
    DeclaredEvent& from = end_of(*upcaster, descriptor.from, descriptor.from_type);
    end_of(*upcaster, descriptor.to, descriptor.to_type);
    if (from.upcaster != nullptr) {
      throw DeclarationError(fmt::format(
          "module '{}' converts '{}' to '{}', which goes to '{}' already: one upcaster leads from a version, and those "
          "of later versions take the event further, so remove one d.upcasts<>()",
          upcaster->module, event_text(descriptor.from), event_text(descriptor.to), event_text(from.upcaster->to)));
    }
    from.upcaster = &descriptor;
  }
}

void Dispatch::freeze_events() {
  connect_upcasters();
  for (const auto& event : events_) {
    const EventDescriptor& descriptor = event->descriptor;
    event->routing_key = descriptor.routing_key;
    if (event->routing_key.empty()) {
      event->routing_key = descriptor.id.version == 1
                               ? std::string(descriptor.id.name)
                               : fmt::format("{}.v{}", descriptor.id.name, descriptor.id.version);
    }
  }
  check_renamed();
  slots_.size_for(2 * std::max<std::size_t>(events_.size(), 1));
  live_->open(events_);
}

void Dispatch::note_left_out(std::string_view module) {
  for (const auto& event : events_) event->is_here = event->is_here && event->module != module;
}

const DeclaredEvent* Dispatch::find_event(const EventId& id) const {
  const auto found = events_by_reference_.find(event_text(id));
  return found == events_by_reference_.end() ? nullptr : found->second;
}

const Port* Dispatch::port_of(std::string_view module) const {
  const auto found = bus_numbers_.find(std::string(module));
  return found == bus_numbers_.end() ? nullptr : &ports_[found->second];
}

const DeclaredEvent* Dispatch::find_event(std::string_view reference) const {
  const auto found = events_by_reference_.find(normal_event_reference(reference));
  return found == events_by_reference_.end() ? nullptr : found->second;
}

Handler& Dispatch::add_handler(std::unique_ptr<Handler> handler) {
  std::lock_guard lock(handlers_mutex_);
  return *handlers_.emplace_back(std::move(handler));
}

void Dispatch::remove_handlers() {
  slots_.each([](const ThreadSlot& slot) {
    for (std::size_t plan = 0; plan < slot.capacity; ++plan) slot.calls[plan].store(0, std::memory_order_relaxed);
  });
  pools_.clear();
  removed_pools_.clear();
  std::lock_guard lock(handlers_mutex_);
  tables_.clear();
  seen_.clear();
  handlers_.clear();
  removed_.clear();
  consumers_.clear();
  absent_.clear();
  for (const auto& event : events_) event->consumed.store(false, std::memory_order_relaxed);
}

void Dispatch::compile() {
  for (std::size_t number = 0; number < handlers_.size(); ++number) {
    Handler& handler = *handlers_[number];
    if (std::exchange(handler.known_to_middleware, true)) continue;
    if (!handler.takes_batches) handler.chain = make_chain(*this, middleware_, handler, number, sink_);
    if (handler.options.run == Run::in_background) handler.pool = &pool_of(handler.module);
  }
  std::lock_guard lock(handlers_mutex_);
  for (const auto& consumer : consumers_) consumer->set_steps();
  auto table = compile_plan(events_, handlers_);
  for (EventPlan& plan : table->plans) {
    plan.owner = &port_of(*plan.event);
    plan.publisher = plan.event->durable() ? nullptr : plan.owner;
    plan.live = &live_->of(*plan.event);
  }
  tables_.push_back(std::move(table));
}

void Dispatch::open() {
  {
    std::lock_guard lock(drained_mutex_);
    closing_ = false;
  }
  for (const auto& [module, pool] : pools_) pool->begin();
  table_.store(tables_.back().get(), std::memory_order_seq_cst);
}

// Publishers that read the old table finish with it: tables are kept until the host has stopped.
void Dispatch::note_absent(std::string_view module) {
  std::lock_guard lock(handlers_mutex_);
  absent_.emplace_back(module);
}

void Dispatch::remove_handlers_of(std::string_view module) {
  note_absent(module);
  {
    std::lock_guard lock(handlers_mutex_);
    std::vector<std::unique_ptr<Handler>> kept;
    for (auto& handler : handlers_) {
      if (handler->module == module) {
        removed_.push_back(std::move(handler));
      } else {
        kept.push_back(std::move(handler));
      }
    }
    handlers_ = std::move(kept);
    for (const auto& consumer : consumers_) {
      if (consumer->module() == module) consumer->disable();
    }
  }
  if (auto pool = pools_.extract(std::string(module)); !pool.empty()) {
    pool.mapped()->give_up("its module failed to start");
    removed_pools_.push_back(std::move(pool.mapped()));
  }
}

bool Dispatch::idle() const {
  bool idle = true;
  slots_.each([&](const ThreadSlot& slot) { idle = idle && slot.running.load(std::memory_order_seq_cst) == nullptr; });
  return idle && in_background_.load(std::memory_order_seq_cst) == 0;
}

bool Dispatch::close(Clock::Steady deadline) {
  attention_.store(true, std::memory_order_seq_cst);
  const PlanTable* table = table_.load(std::memory_order_relaxed);
  if (table != &closed_table) draining_.store(table, std::memory_order_release);
  table_.store(&closed_table, std::memory_order_seq_cst);
  heavy_fence();
  bool drained = false;
  {
    std::unique_lock lock(drained_mutex_);
    closing_ = true;
    drained_.notify_all();
    drained = clock_.wait_until(lock, drained_, deadline, [this] { return idle(); });
    draining_.store(nullptr, std::memory_order_release);
    attention_.store(publishers_fence, std::memory_order_seq_cst);
  }
  end_background(drained);
  return drained;
}

bool Dispatch::inside() const {
  for (const Frame* frame = this_thread.frame; frame != nullptr; frame = frame->outer) {
    if (frame->plan().owner->dispatch == this) return true;
  }
  return false;
}

std::vector<std::string> Dispatch::running() const {
  std::vector<std::string> running;
  slots_.each([&](const ThreadSlot& slot) {
    const Step* step = slot.running.load(std::memory_order_acquire);
    if (step == nullptr) return;
    running.push_back(step->handler == nullptr
                          ? std::string("a live subscription")
                          : fmt::format("handler '{}/{}'", step->handler->module, step->handler->name));
  });
  return running;
}

void Dispatch::watch() {
  const Clock::Steady now = clock_.steady_now();
  slots_.each([&](const ThreadSlot& slot) {
    const Step* step = slot.running.load(std::memory_order_acquire);
    if (step == nullptr || step->statistics == nullptr) {
      seen_.erase(&slot);
      return;
    }
    // The same step in the same publish, as the count of the event's publishes on that thread tells.
    const std::size_t event = step->statistics->event;
    const std::uint64_t call = slot.jobs.load(std::memory_order_relaxed) +
                               slot.calls[event].load(std::memory_order_relaxed) +
                               slot.calls[events_.size() + event].load(std::memory_order_relaxed);
    Seen& seen = seen_[&slot];
    if (seen.step != step || seen.call != call) {
      seen = {call, step, now};
      return;
    }
    if (now - seen.since > step->handler->options.slow_after) {
      warn_slow(*step->handler, now - seen.since, now);
    }
  });
}

void Dispatch::warn_slow(Handler& handler, std::chrono::nanoseconds took, Clock::Steady now) {
  constexpr std::int64_t minute = 60'000'000'000;
  const std::int64_t now_ns = nanoseconds_of(now);
  std::int64_t warned = handler.warned_at_ns.load(std::memory_order_relaxed);
  if (warned >= 0 && now_ns - warned < minute) return;
  if (!handler.warned_at_ns.compare_exchange_strong(warned, now_ns)) return;
  log_.warning("slow handler", {{"slow_module", handler.module},
                                {"slow_handler", handler.name},
                                {"took_ms", took.count() / 1'000'000},
                                {"threshold_ms", handler.options.slow_after.count()}});
}

}  // namespace ashlar::detail
