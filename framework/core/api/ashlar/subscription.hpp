#pragma once

#include <ashlar/envelope.hpp>
#include <ashlar/event.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace ashlar {

namespace detail {

// What a Subscription ends.
struct SubscriptionState {
  virtual ~SubscriptionState() = default;
  virtual void cancel() = 0;
  virtual bool active() const = 0;
};

using ErasedHandler = std::function<void(const void* event, const EventContext& context)>;
}  // namespace detail

// The token of a live subscription: ends it when destroyed. May outlive the host. One thread at a time.
class [[nodiscard]] Subscription {
 public:
  Subscription();
  ~Subscription();
  Subscription(Subscription&&) noexcept;
  Subscription& operator=(Subscription&&) noexcept;
  explicit Subscription(std::unique_ptr<detail::SubscriptionState> state);

  // From the next publish on it is not called. A publish already running on another thread may still call it once: give
  // a `while_alive` where what the handler uses may be gone by then.
  void cancel();
  bool active() const;  // not cancelled, and host and `while_alive` are still there

 private:
  std::unique_ptr<detail::SubscriptionState> state_;
};

// Subscribes handlers that come and go while the host runs: a live view, a test's probe. They are called after the
// registered handlers, on the publishing thread, in order of subscription, and isolated like them. Any thread, at any time
// in the host's life, also inside a handler; what is added or removed during a publish takes effect with the next.
// Business reactions belong into Module::register_handlers instead.
class LiveEvents {
 public:
  LiveEvents(const LiveEvents&) = delete;
  LiveEvents& operator=(const LiveEvents&) = delete;

  // `handler` takes (const E&) or (const E&, const EventContext&). An event that nobody declares never comes; one that is
  // declared with another type is a DeclarationError, at the start if not here.
  template <Event E, class Handler>
  Subscription subscribe(Handler handler) {
    return add(id_of<E>(), type_name<E>(),
               [handler = std::move(handler)](const void* event, const EventContext& context) mutable {
                 if constexpr (std::is_invocable_v<Handler&, const E&, const EventContext&>) {
                   handler(*static_cast<const E*>(event), context);
                 } else {
                   handler(*static_cast<const E*>(event));
                 }
               });
  }

  // Says what is wrong with a type that is no event.
  template <class T, class Handler>
  requires(!Event<T>) auto subscribe(Handler) {
    static_assert(Event<T>,
                  "subscribe<>() names an event: describe this type with ASHLAR_EVENT, beside it and in its namespace");
    return Subscription{};
  }

  // By name (`orders.order.placed`, `…@2`) or pattern (`orders.*`, `#`). A name that nobody declares never comes; no error.
  Subscription subscribe(std::string_view pattern, std::function<void(const Envelope&)> handler);

  // The same, called only while `while_alive` still lives; it is kept alive during the call.
  Subscription subscribe(std::string_view pattern, std::function<void(const Envelope&)> handler,
                         std::weak_ptr<const void> while_alive);

 protected:
  LiveEvents() = default;
  virtual ~LiveEvents() = default;

 private:
  virtual Subscription add(EventId event, std::string_view type, detail::ErasedHandler handler) = 0;
  virtual Subscription add(std::string_view pattern, std::function<void(const Envelope&)> handler,
                           std::weak_ptr<const void> while_alive, bool tracked) = 0;
};

}  // namespace ashlar
