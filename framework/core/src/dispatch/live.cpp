#include "dispatch/live.hpp"

#include <ashlar/event_pattern.hpp>

#include <fmt/format.h>

#include <ashlar/errors.hpp>
#include <utility>

namespace ashlar::detail {
namespace {

// Handlers cancelled on this thread while it publishes.
std::vector<std::shared_ptr<LiveHandler>>& cancelled_here() {
  thread_local std::vector<std::shared_ptr<LiveHandler>> handlers;
  return handlers;
}

// Never given to two threads, unlike a slot.
std::uint64_t this_threads_number() {
  static std::atomic<std::uint64_t> last{0};
  if (this_thread.live_number == 0) this_thread.live_number = ++last;
  return this_thread.live_number;
}

// A live subscription added or cancelled by this thread inside `innermost`; every publish that is under way remembers the
// first one.
std::uint64_t note_change(const Frame* innermost) {
  const std::uint64_t change = ++this_thread.live_changes;
  for (const Frame* frame = innermost; frame != nullptr && frame->first_live_change == 0; frame = frame->outer)
    frame->first_live_change = change;
  return change;
}

}  // namespace

void finish_cancellations(const Frame* innermost) {
  std::vector<std::shared_ptr<LiveHandler>> waiting;
  const auto handlers = std::exchange(cancelled_here(), {});
  for (const auto& handler : handlers) {
    if (handler->awaited_by(innermost)) {
      waiting.push_back(handler);
    } else {
      handler->disconnect();
    }
  }
  // What the handlers held may have cancelled more while it was let go.
  auto& here = cancelled_here();
  here.insert(here.end(), waiting.begin(), waiting.end());
  this_thread.cancelled_inside = !here.empty();
}

struct LiveSubscription final : SubscriptionState {
  LiveSubscription(std::shared_ptr<LiveHandler> its_handler, std::weak_ptr<LiveSubscriptions> its_owner)
      : handler(std::move(its_handler)), owner(std::move(its_owner)) {}

  void cancel() override {
    const Frame* frame = this_thread.frame;
    if (frame != nullptr) {
      handler->cancelled_by = this_threads_number();
      handler->cancelled_at = note_change(frame);
    }
    handler->cancelled.store(true, std::memory_order_release);
    if (const auto alive = owner.lock()) alive->forget(handler.get());
    if (handler->awaited_by(frame)) {
      cancelled_here().push_back(handler);
      this_thread.cancelled_inside = true;
    } else {
      handler->disconnect();
    }
  }

  bool active() const override {
    if (handler->cancelled.load(std::memory_order_acquire) || owner.expired()) return false;
    return !handler->tracked || !handler->while_alive.expired();
  }

  std::shared_ptr<LiveHandler> handler;
  std::weak_ptr<LiveSubscriptions> owner;
};

bool LiveHandler::takes_part(const Frame& frame) const {
  const auto began_before = [&frame](std::uint64_t thread, std::uint64_t change) {
    return thread != 0 && thread == this_thread.live_number && frame.first_live_change != 0 &&
           frame.first_live_change <= change;
  };
  if (began_before(added_by, added_at)) return false;
  return !cancelled.load(std::memory_order_acquire) || began_before(cancelled_by, cancelled_at);
}

bool LiveHandler::awaited_by(const Frame* innermost) {
  std::lock_guard lock(mutex);
  for (const Frame* frame = innermost; frame != nullptr; frame = frame->outer) {
    for (const auto& [connection, event] : connections) {
      if (event.lock().get() == frame->plan().live) return true;
    }
  }
  return false;
}

void LiveHandler::disconnect() {
  std::lock_guard lock(mutex);
  for (auto& [connection, event] : connections) {
    connection.disconnect();
    if (const auto alive = event.lock()) alive->disconnected();
  }
  connections.clear();
}

void LiveEvent::connect(const std::shared_ptr<LiveHandler>& handler) {
  std::lock_guard lock(handler->mutex);
  handler->connections.emplace_back(signal_.connect([handler](const Frame& frame) {
    if (!handler->takes_part(frame)) return;
    std::shared_ptr<const void> owner;
    if (handler->tracked && !(owner = handler->while_alive.lock())) return;
    handler->call(frame.event, frame);
  }),
                                    weak_from_this());
  subscribers_.fetch_add(1, std::memory_order_release);
}

void LiveSubscriptions::open(const std::vector<std::unique_ptr<DeclaredEvent>>& events) {
  std::lock_guard lock(mutex_);
  for (const auto& event : events) {
    declared_.push_back(event.get());
    events_.push_back(std::make_shared<LiveEvent>());
  }
  for (const auto& handler : handlers_) connect(handler);
}

void LiveSubscriptions::connect(const std::shared_ptr<LiveHandler>& handler) {
  for (const DeclaredEvent* event : declared_) {
    const EventId& id = event->descriptor.id;
    const bool wanted = handler->by_pattern ? matches(handler->wanted, id.name) : handler->wanted == event_text(id);
    if (!wanted) continue;
    if (!handler->type.empty() && handler->type != event->descriptor.type_name) {
      throw DeclarationError(fmt::format(
          "a live subscription takes event '{}' as type {}, but module '{}' declares it as {}: include that "
          "module's header, or subscribe by name and use Envelope::as<{}>()",
          handler->wanted, handler->type, event->module, event->descriptor.type_name, handler->type));
    }
    events_[event->number]->connect(handler);
  }
}

Subscription LiveSubscriptions::add(std::shared_ptr<LiveHandler> handler) {
  // A failure is contained here rather than by the signal, so that the slots behind this one are still called.
  handler->call = [inner = std::move(handler->call), this](const void* event, const EventContext& context) {
    try {
      inner(event, context);
    } catch (...) {
      on_failure_(Frame::of(context));
    }
  };
  if (const Frame* frame = this_thread.frame; frame != nullptr) {
    handler->added_by = this_threads_number();
    handler->added_at = note_change(frame);
  }
  {
    std::lock_guard lock(mutex_);
    connect(handler);
    handlers_.push_back(handler);
  }
  return Subscription(std::make_unique<LiveSubscription>(std::move(handler), weak_from_this()));
}

Subscription LiveSubscriptions::add(EventId event, std::string_view type, ErasedHandler call) {
  auto handler = std::make_shared<LiveHandler>();
  handler->wanted = event_text(event);
  handler->type = type;
  handler->call = std::move(call);
  return add(std::move(handler));
}

Subscription LiveSubscriptions::add(std::string_view pattern, std::function<void(const Envelope&)> call,
                                    std::weak_ptr<const void> while_alive, bool tracked) {
  auto handler = std::make_shared<LiveHandler>();
  handler->wanted = normal_event_reference(pattern);
  handler->by_pattern = is_pattern(pattern);
  handler->call = [call = std::move(call)](const void*, const EventContext& context) {
    call(static_cast<const Envelope&>(context));
  };
  handler->while_alive = std::move(while_alive);
  handler->tracked = tracked;
  return add(std::move(handler));
}

void LiveSubscriptions::forget(const LiveHandler* handler) {
  std::lock_guard lock(mutex_);
  std::erase_if(handlers_, [&](const auto& known) { return known.get() == handler; });
}

}  // namespace ashlar::detail
